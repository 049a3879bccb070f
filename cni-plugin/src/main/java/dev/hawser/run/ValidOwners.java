package dev.hawser.run;

import dev.hawser.kernel.Attachment;
import dev.hawser.spec.ValidAttachments;
import java.util.HashSet;
import java.util.Set;

/** The attachments of one network that GC must spare, compared with what the kernel's comments and aliases say. */
public final class ValidOwners {

    private final String network;
    private final Set<Attachment> valid = new HashSet<>();
    private final Set<String> containerIds = new HashSet<>();

    /** Those that the runtime lists for this network. */
    public ValidOwners(String network, ValidAttachments.Listed listed) {
        this.network = network;
        for (ValidAttachments.Entry entry : listed.entries()) {
            valid.add(new Attachment(network, entry.containerId(), entry.ifName()).abbreviated());
            containerIds.add(entry.containerId());
        }
    }

    /** Whether what has this owner, abbreviated or not, is of this network and in use by nobody. */
    public boolean isStale(Attachment owner) {
        return isOfThisNetwork(owner) && !valid.contains(owner.abbreviated());
    }

    private boolean isOfThisNetwork(Attachment owner) {
        String wanted = new Attachment(network, "", "").abbreviated().network();
        return owner.abbreviated().network().equals(wanted);
    }

    /** Whether a container has a valid attachment at all. */
    public boolean hasContainer(String containerId) {
        return containerIds.contains(containerId);
    }
}

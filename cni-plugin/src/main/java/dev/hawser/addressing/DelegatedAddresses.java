package dev.hawser.addressing;

import dev.hawser.ip.Cidr;
import dev.hawser.run.Call;
import dev.hawser.run.Cleanup;
import dev.hawser.run.Node;
import dev.hawser.run.Phases.Phase;
import dev.hawser.run.Programs;
import dev.hawser.run.Transaction;
import dev.hawser.spec.CniError;
import dev.hawser.spec.CniException;
import dev.hawser.spec.CniResult;
import dev.hawser.spec.Command;
import dev.hawser.spec.ErrorCode;
import dev.hawser.spec.Json;
import dev.hawser.spec.Settings;
import dev.hawser.spec.ValidAttachments;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Addresses from another IPAM plugin: executed with our environment, another CNI_COMMAND, and our stdin byte for byte (SPEC,
 * "Section 4: Plugin Delegation").
 *
 * @param call whose addresses they are
 * @param type the plugin's file name in CNI_PATH
 */
record DelegatedAddresses(Call call, String type) implements AddressSource {

    static DelegatedAddresses of(Call call, String type, Settings settings) {
        if (type.indexOf('/') >= 0) {
            settings.section("ipam")
                    .fault(
                            "type",
                            "invalid plugin name: \"" + type + "\": it is the name of a file in CNI_PATH, without"
                                    + " any slash");
        }
        return new DelegatedAddresses(call, type);
    }

    @Override
    public CniResult lease(Node node, Transaction transaction) {
        // Before the first byte is sent: a plugin that fails half-way is to be told DEL too (SPEC, "Delegated Plugin
        // Execution Procedure").
        transaction.onRollback(
                "DEL of the IPAM plugin " + type,
                () -> node.phases().get(Phase.LEASE, () -> execute(node, Command.DEL)));
        String answer = execute(node, Command.ADD);
        return parse(answer);
    }

    private CniResult parse(String answer) {
        try {
            return CniResult.parse(
                    Json.parse(answer.getBytes(StandardCharsets.UTF_8)),
                    call.conf().cniVersion());
        } catch (CniException e) {
            String message = "the answer of the IPAM plugin \"" + type + "\" is no result: "
                    + e.error().message();
            throw new CniException(new CniError(e.code(), message, e.details()), e);
        }
    }

    /** Nobody but the plugin itself knows, and asking it would be an ADD. */
    @Override
    public CniResult preview(Node node) {
        return CniResult.EMPTY;
    }

    @Override
    public List<Cidr> held(Node node) {
        return List.of();
    }

    @Override
    public void release(Node node, Cleanup cleanup) {
        cleanup.attempt(() -> execute(node, Command.DEL));
    }

    @Override
    public void check(Node node) {
        execute(node, Command.CHECK);
    }

    @Override
    public void collect(Node node, ValidAttachments.Listed valid, Cleanup cleanup) {
        cleanup.attempt(() -> execute(node, Command.GC));
    }

    @Override
    public void status(Node node) {
        try {
            execute(node, Command.STATUS);
        } catch (CniException e) {
            boolean known = e.code() == ErrorCode.PLUGIN_NOT_AVAILABLE.number()
                    || e.code() == ErrorCode.LIMITED_CONNECTIVITY.number();
            throw known ? e : e.within(ErrorCode.PLUGIN_NOT_AVAILABLE, "IPAM is not available: ");
        }
    }

    private String execute(Node node, Command command) {
        Path program = find(node);
        Map<String, String> environment = new HashMap<>(call.invocation().environment());
        environment.put("CNI_COMMAND", command.name());
        Programs.Finished finished =
                node.programs().run(program, environment, call.conf().bytes());
        if (finished.exitStatus() != 0) {
            throw DelegateError.of(program, finished);
        }
        if (!finished.stderr().isBlank()) {
            node.log().accept(finished.stderr().stripTrailing());
        }
        return finished.stdout();
    }

    private Path find(Node node) {
        return call.invocation().path().stream()
                .map(directory -> node.paths().apply(directory).resolve(type))
                .filter(Files::isRegularFile)
                .findFirst()
                .orElseThrow(() -> new CniException(
                        ErrorCode.INTERNAL,
                        "failed to find plugin \"" + type + "\" in path "
                                + call.invocation().path(),
                        "ipam.type names it, and CNI_PATH says where to look: install it there"));
    }
}

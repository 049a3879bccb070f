package dev.hawser.spec;

import java.util.Collection;
import java.util.List;

/**
 * The answer to VERSION (SPEC, "VERSION").
 *
 * <pre>{@code {"cniVersion":"1.1.0","supportedVersions":["0.3.1","0.4.0","1.0.0","1.1.0"]}}</pre>
 *
 * @param cniVersion the newest version that the plugin's library knows; the specification wants the caller's version
 *     echoed, but no plugin reads it
 * @param supportedVersions what the plugin accepts as {@code cniVersion}; may name versions unknown to us
 */
public record VersionReport(String cniVersion, List<String> supportedVersions) {

    public VersionReport {
        supportedVersions = List.copyOf(supportedVersions);
    }

    /** The answer of a plugin that supports these versions. */
    public static VersionReport of(Collection<CniVersion> supported) {
        return new VersionReport(
                CniVersion.V1_1_0.text(),
                supported.stream().map(CniVersion::text).toList());
    }

    /**
     * Reads the answer of another plugin.
     *
     * @throws CniException code 6 if it is not such a document
     */
    public static VersionReport parse(byte[] document) {
        Settings settings = Settings.of(Json.parseObject(document));
        VersionReport report = new VersionReport(settings.text("cniVersion", ""), supported(settings));
        if (report.cniVersion.isEmpty()) {
            settings.missing("cniVersion");
        }
        if (report.supportedVersions.isEmpty()) {
            settings.missing("supportedVersions");
        }
        settings.throwIfFaulty(ErrorCode.DECODING_FAILURE, "decoding version info");
        return report;
    }

    /** Plugins of 0.2.0 did not have to list what they support. */
    private static List<String> supported(Settings settings) {
        boolean bare = !settings.isSet("supportedVersions")
                && settings.text("cniVersion", "").equals(CniVersion.V0_2_0.text());
        return bare ? List.of(CniVersion.V0_1_0.text(), CniVersion.V0_2_0.text()) : settings.texts("supportedVersions");
    }

    public boolean supports(CniVersion version) {
        return supportedVersions.contains(version.text());
    }

    /** The document for stdout: unlike all others, on one line with a newline at its end. */
    public String toJson() {
        return Json.object()
                        .put("cniVersion", cniVersion)
                        .put("supportedVersions", Json.texts(supportedVersions))
                        .build()
                        .compact()
                + "\n";
    }
}

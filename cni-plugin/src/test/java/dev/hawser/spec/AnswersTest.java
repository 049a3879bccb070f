package dev.hawser.spec;

import static dev.hawser.spec.Fixtures.errorOf;
import static dev.hawser.spec.Fixtures.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Errors and version reports. */
class AnswersTest {

    @Test
    void anErrorIsPrintedAsTheReferenceDoes() {
        CniError error = new CniError(7, "invalid characters found in network name", "a <b>");

        assertEquals("""
                {
                    "code": 7,
                    "msg": "invalid characters found in network name",
                    "details": "a \\u003cb\\u003e"
                }""", error.toJson());
    }

    @Test
    void anErrorWithoutDetailsHasNone() {
        assertEquals(
                "{\"code\":4,\"msg\":\"m\"}",
                new CniError(ErrorCode.INVALID_ENVIRONMENT, "m").json().compact());
    }

    @Test
    void readsBackWhatADelegatePrinted() {
        CniError error = new CniError(123, "no", "more");

        assertEquals(error, CniError.parse(utf8(error.toJson())));
        assertEquals(new CniError(0, "", ""), CniError.parse(utf8("{}")));
    }

    @Test
    void whatIsNoErrorIsUndecodable() {
        assertEquals(6, errorOf(() -> CniError.parse(utf8("panic: oh"))).code());
        assertEquals(
                new CniError(ErrorCode.DECODING_FAILURE, "not a CNI error: code: \"x\" is a text, want a whole number"),
                errorOf(() -> CniError.parse(utf8("{\"code\":\"x\"}"))));
    }

    @Test
    void anExceptionSeenFromFurtherOutKeepsItsDetailsAndCause() {
        CniException inner = new CniException(ErrorCode.IO_FAILURE, "disk full", "/var");

        CniException outer = inner.within(ErrorCode.INTERNAL, "write lease: ");

        assertEquals(new CniError(999, "write lease: disk full", "/var"), outer.error());
        assertEquals("write lease: disk full; /var", outer.getMessage());
        assertEquals(inner, outer.getCause());
    }

    @Test
    void aVersionReportIsPrintedAsTheReferenceDoes() {
        assertEquals(
                "{\"cniVersion\":\"1.1.0\",\"supportedVersions\":"
                        + "[\"0.1.0\",\"0.2.0\",\"0.3.0\",\"0.3.1\",\"0.4.0\",\"1.0.0\",\"1.1.0\"]}\n",
                VersionReport.of(CniVersion.ALL).toJson());
    }

    @Test
    void readsBackAVersionReport() {
        VersionReport report = VersionReport.of(List.of(CniVersion.V0_4_0, CniVersion.V1_0_0));

        assertEquals(report, VersionReport.parse(utf8(report.toJson())));
        assertTrue(report.supports(CniVersion.V1_0_0));
        assertFalse(report.supports(CniVersion.V1_1_0));
    }

    @Test
    void pluginsOfTheSecondVersionNeedNotListWhatTheySupport() {
        assertEquals(
                List.of("0.1.0", "0.2.0"),
                VersionReport.parse(utf8("{\"cniVersion\":\"0.2.0\"}")).supportedVersions());
        assertEquals(
                new CniError(ErrorCode.DECODING_FAILURE, "decoding version info: supportedVersions: is missing"),
                errorOf(() -> VersionReport.parse(utf8("{\"cniVersion\":\"0.3.0\"}"))));
    }
}

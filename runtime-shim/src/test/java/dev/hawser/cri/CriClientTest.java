package dev.hawser.cri;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.cri.proto.PodSandboxConfig;
import dev.hawser.cri.proto.PortMapping;
import dev.hawser.cri.proto.Protocol;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class CriClientTest {

    private static final PodSpec WEB = new PodSpec("shop", "web", "uid-1", "/tests");

    private Path socket;
    private SmallRuntime runtime;
    private CriClient client;

    @BeforeEach
    void listen(@TempDir Path directory) throws IOException {
        socket = directory.resolve("runtime.sock");
        runtime = new SmallRuntime(socket);
        client = CriClient.connect(socket, Duration.ofSeconds(10));
    }

    @AfterEach
    void close() {
        client.close();
        runtime.close();
    }

    @Test
    void aPodThatRunsIsListedUnderItsNames() {
        String id = client.runPodSandbox(WEB);

        assertEquals(List.of(new Pod(id, "shop", "web", true)), client.pods());
    }

    @Test
    void portsAndAnnotationsOfAPodReachTheRuntime() {
        PublishedPort dns = new PublishedPort(PublishedPort.Transport.UDP, 5353, 53);
        Map<String, String> annotations = Map.of("kubernetes.io/ingress-bandwidth", "8M");

        String id = client.runPodSandbox(
                new PodSpec("shop", "web", "uid-1", "", List.of(PublishedPort.tcp(8080, 80), dns), annotations));

        PodSandboxConfig config = runtime.config(id);
        assertEquals(
                List.of(mapping(Protocol.TCP, 8080, 80), mapping(Protocol.UDP, 5353, 53)),
                config.getPortMappingsList());
        assertEquals(annotations, config.getAnnotationsMap());
    }

    private static PortMapping mapping(Protocol protocol, int hostPort, int containerPort) {
        return PortMapping.newBuilder()
                .setProtocol(protocol)
                .setHostPort(hostPort)
                .setContainerPort(containerPort)
                .build();
    }

    @Test
    void thePrimaryAddressComesFirst() {
        assertEquals(
                List.of(InetAddress.ofLiteral(SmallRuntime.PRIMARY), InetAddress.ofLiteral(SmallRuntime.ADDITIONAL)),
                client.addresses("any"));
    }

    @Test
    void aCommandsExitCodeIsAnAnswerAndNotAnError() {
        assertEquals(new ExecResult(7, "ping -c 1", ""), client.exec("any", List.of("ping", "-c", "1")));
    }

    @Test
    void aRefusedCallNamesTheCallTheSocketAndTheRuntimesWords() {
        CriException failure = assertThrows(CriException.class, () -> client.stopPodSandbox("x"));

        assertEquals(
                "StopPodSandbox at " + socket + ": UNKNOWN: plugin type=\"bridge\" failed (delete): no luck with x",
                failure.getMessage());
    }

    @Test
    void aRuntimeThatDoesNotSpeakTheCallIsSaidSo() {
        CriException failure = assertThrows(CriException.class, client::version);

        assertTrue(failure.toString().endsWith("(the runtime does not speak CRI v1)"), failure::toString);
    }

    @Test
    void aSocketWithoutRuntimeIsSaidSo() {
        Path nobody = Path.of("/nonexistent/runtime.sock");
        try (CriClient lonely = CriClient.connect(nobody, Duration.ofSeconds(5))) {
            CriException failure = assertThrows(CriException.class, lonely::pods);

            assertTrue(
                    failure.toString().contains(": ListPodSandbox at " + nobody + ": UNAVAILABLE"), failure::toString);
            assertTrue(
                    failure.toString().endsWith("(does the runtime run, and is this its socket?)"), failure::toString);
        }
    }
}

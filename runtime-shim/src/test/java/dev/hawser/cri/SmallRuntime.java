package dev.hawser.cri;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import dev.hawser.cri.proto.ExecSyncRequest;
import dev.hawser.cri.proto.ExecSyncResponse;
import dev.hawser.cri.proto.ListPodSandboxResponse;
import dev.hawser.cri.proto.PodIP;
import dev.hawser.cri.proto.PodSandbox;
import dev.hawser.cri.proto.PodSandboxConfig;
import dev.hawser.cri.proto.PodSandboxNetworkStatus;
import dev.hawser.cri.proto.PodSandboxState;
import dev.hawser.cri.proto.PodSandboxStatus;
import dev.hawser.cri.proto.PodSandboxStatusResponse;
import dev.hawser.cri.proto.RunPodSandboxRequest;
import dev.hawser.cri.proto.RunPodSandboxResponse;
import dev.hawser.cri.proto.StopPodSandboxRequest;
import dev.hawser.cri.proto.StopPodSandboxResponse;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A runtime that remembers pods and nothing else, behind a real socket. */
final class SmallRuntime implements AutoCloseable {

    /** The one address that every pod has, and the additional one. */
    static final String PRIMARY = "10.1.0.2";

    static final String ADDITIONAL = "fd00::2";

    private final Map<String, PodSandboxConfig> pods = new ConcurrentHashMap<>();
    private final EventLoopGroup eventLoop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final Server server;

    SmallRuntime(Path socket) throws IOException {
        this.server = NettyServerBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
                .channelType(EpollServerDomainSocketChannel.class)
                .bossEventLoopGroup(eventLoop)
                .workerEventLoopGroup(eventLoop)
                .addService(service())
                .build()
                .start();
    }

    /** What it was asked to run. */
    PodSandboxConfig config(String podId) {
        return requireNonNull(pods.get(podId), podId);
    }

    @Override
    public void close() {
        server.shutdownNow();
        Future<?> _ = eventLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    private ServerServiceDefinition service() {
        ServerServiceDefinition.Builder service = ServerServiceDefinition.builder("runtime.v1.RuntimeService");
        serve(service, Calls.RUN_POD_SANDBOX, this::run);
        serve(service, Calls.STOP_POD_SANDBOX, this::stop);
        serve(service, Calls.LIST_POD_SANDBOX, _ -> list());
        serve(service, Calls.POD_SANDBOX_STATUS, _ -> status());
        serve(service, Calls.EXEC_SYNC, SmallRuntime::echo);
        return service.build();
    }

    private static <Q, A> void serve(
            ServerServiceDefinition.Builder service, MethodDescriptor<Q, A> call, Function<Q, A> answer) {
        service.addMethod(call, ServerCalls.asyncUnaryCall((request, client) -> {
            try {
                client.onNext(answer.apply(request));
                client.onCompleted();
            } catch (StatusRuntimeException refusal) {
                client.onError(refusal);
            }
        }));
    }

    private RunPodSandboxResponse run(RunPodSandboxRequest request) {
        String id = "sandbox-" + pods.size();
        pods.put(id, request.getConfig());
        return RunPodSandboxResponse.newBuilder().setPodSandboxId(id).build();
    }

    private StopPodSandboxResponse stop(StopPodSandboxRequest request) {
        throw Status.UNKNOWN
                .withDescription("plugin type=\"bridge\" failed (delete): no luck with " + request.getPodSandboxId())
                .asRuntimeException();
    }

    private ListPodSandboxResponse list() {
        ListPodSandboxResponse.Builder list = ListPodSandboxResponse.newBuilder();
        pods.forEach((id, config) -> list.addItems(PodSandbox.newBuilder()
                .setId(id)
                .setMetadata(config.getMetadata())
                .setState(PodSandboxState.SANDBOX_READY)));
        return list.build();
    }

    private static PodSandboxStatusResponse status() {
        PodSandboxNetworkStatus network = PodSandboxNetworkStatus.newBuilder()
                .setIp(PRIMARY)
                .addAdditionalIps(PodIP.newBuilder().setIp(ADDITIONAL))
                .build();
        return PodSandboxStatusResponse.newBuilder()
                .setStatus(PodSandboxStatus.newBuilder().setNetwork(network))
                .build();
    }

    private static ExecSyncResponse echo(ExecSyncRequest request) {
        return ExecSyncResponse.newBuilder()
                .setStdout(ByteString.copyFromUtf8(String.join(" ", request.getCmdList())))
                .setExitCode(7)
                .build();
    }
}

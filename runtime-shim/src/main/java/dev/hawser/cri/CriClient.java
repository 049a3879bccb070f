package dev.hawser.cri;

import com.google.protobuf.Message;
import dev.hawser.cri.proto.ContainerConfig;
import dev.hawser.cri.proto.ContainerMetadata;
import dev.hawser.cri.proto.CreateContainerRequest;
import dev.hawser.cri.proto.ExecSyncRequest;
import dev.hawser.cri.proto.ExecSyncResponse;
import dev.hawser.cri.proto.ImageSpec;
import dev.hawser.cri.proto.LinuxContainerConfig;
import dev.hawser.cri.proto.LinuxPodSandboxConfig;
import dev.hawser.cri.proto.ListPodSandboxRequest;
import dev.hawser.cri.proto.PodIP;
import dev.hawser.cri.proto.PodSandbox;
import dev.hawser.cri.proto.PodSandboxConfig;
import dev.hawser.cri.proto.PodSandboxMetadata;
import dev.hawser.cri.proto.PodSandboxNetworkStatus;
import dev.hawser.cri.proto.PodSandboxState;
import dev.hawser.cri.proto.PodSandboxStatusRequest;
import dev.hawser.cri.proto.PortMapping;
import dev.hawser.cri.proto.Protocol;
import dev.hawser.cri.proto.RemoveContainerRequest;
import dev.hawser.cri.proto.RemovePodSandboxRequest;
import dev.hawser.cri.proto.RunPodSandboxRequest;
import dev.hawser.cri.proto.RuntimeCondition;
import dev.hawser.cri.proto.StartContainerRequest;
import dev.hawser.cri.proto.StatusRequest;
import dev.hawser.cri.proto.StopContainerRequest;
import dev.hawser.cri.proto.StopPodSandboxRequest;
import dev.hawser.cri.proto.VersionRequest;
import dev.hawser.cri.proto.VersionResponse;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A connection to a container runtime's CRI v1 service (k8s.io/cri-api, {@code runtime.v1.RuntimeService}).
 *
 * <p>Each call blocks its thread until the runtime has answered, at most as long as the timeout given to {@link #connect},
 * and throws {@link CriException} with the runtime's own words when it fails. Any number of threads may call at once.
 */
public final class CriClient implements AutoCloseable {

    private final Path socket;
    private final Duration timeout;
    private final EventLoopGroup eventLoop;
    private final ManagedChannel channel;

    private CriClient(Path socket, Duration timeout) {
        this.socket = socket;
        this.timeout = timeout;
        this.eventLoop =
                new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("cri", true), EpollIoHandler.newFactory());
        // gRPC would send the socket's path as :authority, which Go's servers refuse as malformed.
        this.channel = NettyChannelBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
                .channelType(EpollDomainSocketChannel.class)
                .eventLoopGroup(eventLoop)
                .overrideAuthority("localhost")
                .usePlaintext()
                .build();
    }

    /**
     * A client of the runtime that listens at a Unix socket. The connection is made by the first call, and again whenever
     * the runtime has been restarted.
     *
     * @param socket path of the runtime's socket, as {@code /run/containerd/containerd.sock}
     * @param timeout the longest that any one call may take
     */
    public static CriClient connect(Path socket, Duration timeout) {
        return new CriClient(socket, timeout);
    }

    /** Who answers. */
    public RuntimeVersion version() {
        VersionResponse answer = ask(Calls.VERSION, VersionRequest.getDefaultInstance());
        return new RuntimeVersion(answer.getRuntimeName(), answer.getRuntimeVersion(), answer.getRuntimeApiVersion());
    }

    /** What the runtime says about its own health. */
    public List<Condition> conditions() {
        return ask(Calls.STATUS, StatusRequest.getDefaultInstance()).getStatus().getConditionsList().stream()
                .map(CriClient::condition)
                .toList();
    }

    /**
     * Starts a pod: its namespaces, its network, its pause container.
     *
     * @return the pod's id
     */
    public String runPodSandbox(PodSpec pod) {
        RunPodSandboxRequest request =
                RunPodSandboxRequest.newBuilder().setConfig(config(pod)).build();
        return ask(Calls.RUN_POD_SANDBOX, request).getPodSandboxId();
    }

    /** Stops a pod and takes its network down; stopping a stopped pod succeeds. */
    public void stopPodSandbox(String podId) {
        ask(
                Calls.STOP_POD_SANDBOX,
                StopPodSandboxRequest.newBuilder().setPodSandboxId(podId).build());
    }

    /** Removes a pod with its containers; removing an unknown pod succeeds. */
    public void removePodSandbox(String podId) {
        ask(
                Calls.REMOVE_POD_SANDBOX,
                RemovePodSandboxRequest.newBuilder().setPodSandboxId(podId).build());
    }

    /** All pods that the runtime knows, stopped ones too. */
    public List<Pod> pods() {
        return ask(Calls.LIST_POD_SANDBOX, ListPodSandboxRequest.getDefaultInstance()).getItemsList().stream()
                .map(CriClient::pod)
                .toList();
    }

    /** The addresses of a pod, the primary one first; none for a stopped pod. */
    public List<InetAddress> addresses(String podId) {
        PodSandboxStatusRequest request =
                PodSandboxStatusRequest.newBuilder().setPodSandboxId(podId).build();
        PodSandboxNetworkStatus network =
                ask(Calls.POD_SANDBOX_STATUS, request).getStatus().getNetwork();
        return Stream.concat(
                        Stream.of(network.getIp()),
                        network.getAdditionalIpsList().stream().map(PodIP::getIp))
                .filter(address -> !address.isEmpty())
                .map(InetAddress::ofLiteral)
                .toList();
    }

    /**
     * Creates a container in a running pod, without starting it.
     *
     * @param podId what {@link #runPodSandbox} returned for {@code pod}
     * @return the container's id
     */
    public String createContainer(String podId, PodSpec pod, ContainerSpec container) {
        CreateContainerRequest request = CreateContainerRequest.newBuilder()
                .setPodSandboxId(podId)
                .setSandboxConfig(config(pod))
                .setConfig(config(container))
                .build();
        return ask(Calls.CREATE_CONTAINER, request).getContainerId();
    }

    /** Starts a created container. */
    public void startContainer(String containerId) {
        ask(
                Calls.START_CONTAINER,
                StartContainerRequest.newBuilder().setContainerId(containerId).build());
    }

    /**
     * Stops a container; stopping a stopped one succeeds.
     *
     * @param grace whole seconds between SIGTERM and SIGKILL
     */
    public void stopContainer(String containerId, Duration grace) {
        StopContainerRequest request = StopContainerRequest.newBuilder()
                .setContainerId(containerId)
                .setTimeout(grace.toSeconds())
                .build();
        ask(Calls.STOP_CONTAINER, request);
    }

    /** Removes a container, by force if it runs; removing an unknown one succeeds. */
    public void removeContainer(String containerId) {
        ask(
                Calls.REMOVE_CONTAINER,
                RemoveContainerRequest.newBuilder().setContainerId(containerId).build());
    }

    /** Runs a command in a running container until it ends; a command that outlasts the client's timeout is killed. */
    public ExecResult exec(String containerId, List<String> command) {
        ExecSyncRequest request = ExecSyncRequest.newBuilder()
                .setContainerId(containerId)
                .addAllCmd(command)
                .setTimeout(Math.max(1, timeout.toSeconds()))
                .build();
        ExecSyncResponse answer = ask(Calls.EXEC_SYNC, request);
        return new ExecResult(
                answer.getExitCode(),
                answer.getStdout().toStringUtf8(),
                answer.getStderr().toStringUtf8());
    }

    /** Ends the connection; calls under way fail. */
    @Override
    public void close() {
        channel.shutdownNow();
        Future<?> _ = eventLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    private <Q extends Message, A extends Message> A ask(MethodDescriptor<Q, A> call, Q request) {
        try {
            return ClientCalls.blockingUnaryCall(
                    channel, call, CallOptions.DEFAULT.withDeadlineAfter(timeout), request);
        } catch (StatusRuntimeException failure) {
            throw CriException.of(String.valueOf(call.getBareMethodName()), socket, failure);
        }
    }

    private static PodSandboxConfig config(PodSpec pod) {
        return PodSandboxConfig.newBuilder()
                .setMetadata(PodSandboxMetadata.newBuilder()
                        .setNamespace(pod.namespace())
                        .setName(pod.name())
                        .setUid(pod.uid()))
                .setHostname(pod.name())
                .addAllPortMappings(pod.ports().stream().map(CriClient::mapping).toList())
                .putAllAnnotations(pod.annotations())
                .setLinux(LinuxPodSandboxConfig.newBuilder().setCgroupParent(pod.cgroupParent()))
                .build();
    }

    private static PortMapping mapping(PublishedPort port) {
        return PortMapping.newBuilder()
                .setProtocol(
                        switch (port.transport()) {
                            case TCP -> Protocol.TCP;
                            case UDP -> Protocol.UDP;
                        })
                .setHostPort(port.hostPort())
                .setContainerPort(port.containerPort())
                .build();
    }

    private static ContainerConfig config(ContainerSpec container) {
        return ContainerConfig.newBuilder()
                .setMetadata(ContainerMetadata.newBuilder().setName(container.name()))
                .setImage(ImageSpec.newBuilder().setImage(container.image()))
                .addAllCommand(container.command())
                .setLinux(LinuxContainerConfig.getDefaultInstance())
                .build();
    }

    private static Condition condition(RuntimeCondition condition) {
        return new Condition(condition.getType(), condition.getStatus(), condition.getMessage());
    }

    private static Pod pod(PodSandbox pod) {
        return new Pod(
                pod.getId(),
                pod.getMetadata().getNamespace(),
                pod.getMetadata().getName(),
                pod.getState() == PodSandboxState.SANDBOX_READY);
    }
}

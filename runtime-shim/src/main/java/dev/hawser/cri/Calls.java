package dev.hawser.cri;

import com.google.protobuf.Message;
import dev.hawser.cri.proto.CreateContainerRequest;
import dev.hawser.cri.proto.CreateContainerResponse;
import dev.hawser.cri.proto.ExecSyncRequest;
import dev.hawser.cri.proto.ExecSyncResponse;
import dev.hawser.cri.proto.ListPodSandboxRequest;
import dev.hawser.cri.proto.ListPodSandboxResponse;
import dev.hawser.cri.proto.PodSandboxStatusRequest;
import dev.hawser.cri.proto.PodSandboxStatusResponse;
import dev.hawser.cri.proto.RemoveContainerRequest;
import dev.hawser.cri.proto.RemoveContainerResponse;
import dev.hawser.cri.proto.RemovePodSandboxRequest;
import dev.hawser.cri.proto.RemovePodSandboxResponse;
import dev.hawser.cri.proto.RunPodSandboxRequest;
import dev.hawser.cri.proto.RunPodSandboxResponse;
import dev.hawser.cri.proto.StartContainerRequest;
import dev.hawser.cri.proto.StartContainerResponse;
import dev.hawser.cri.proto.StatusRequest;
import dev.hawser.cri.proto.StatusResponse;
import dev.hawser.cri.proto.StopContainerRequest;
import dev.hawser.cri.proto.StopContainerResponse;
import dev.hawser.cri.proto.StopPodSandboxRequest;
import dev.hawser.cri.proto.StopPodSandboxResponse;
import dev.hawser.cri.proto.VersionRequest;
import dev.hawser.cri.proto.VersionResponse;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoUtils;

/**
 * The calls of service {@code runtime.v1.RuntimeService} that we make.
 *
 * <p>Written by hand: a dozen lines replace gRPC's code generator, which is a native program for each build platform.
 */
final class Calls {

    private static final String SERVICE = "runtime.v1.RuntimeService";

    static final MethodDescriptor<VersionRequest, VersionResponse> VERSION =
            call("Version", VersionRequest.getDefaultInstance(), VersionResponse.getDefaultInstance());

    static final MethodDescriptor<StatusRequest, StatusResponse> STATUS =
            call("Status", StatusRequest.getDefaultInstance(), StatusResponse.getDefaultInstance());

    static final MethodDescriptor<RunPodSandboxRequest, RunPodSandboxResponse> RUN_POD_SANDBOX = call(
            "RunPodSandbox", RunPodSandboxRequest.getDefaultInstance(), RunPodSandboxResponse.getDefaultInstance());

    static final MethodDescriptor<StopPodSandboxRequest, StopPodSandboxResponse> STOP_POD_SANDBOX = call(
            "StopPodSandbox", StopPodSandboxRequest.getDefaultInstance(), StopPodSandboxResponse.getDefaultInstance());

    static final MethodDescriptor<RemovePodSandboxRequest, RemovePodSandboxResponse> REMOVE_POD_SANDBOX = call(
            "RemovePodSandbox",
            RemovePodSandboxRequest.getDefaultInstance(),
            RemovePodSandboxResponse.getDefaultInstance());

    static final MethodDescriptor<PodSandboxStatusRequest, PodSandboxStatusResponse> POD_SANDBOX_STATUS = call(
            "PodSandboxStatus",
            PodSandboxStatusRequest.getDefaultInstance(),
            PodSandboxStatusResponse.getDefaultInstance());

    static final MethodDescriptor<ListPodSandboxRequest, ListPodSandboxResponse> LIST_POD_SANDBOX = call(
            "ListPodSandbox", ListPodSandboxRequest.getDefaultInstance(), ListPodSandboxResponse.getDefaultInstance());

    static final MethodDescriptor<CreateContainerRequest, CreateContainerResponse> CREATE_CONTAINER = call(
            "CreateContainer",
            CreateContainerRequest.getDefaultInstance(),
            CreateContainerResponse.getDefaultInstance());

    static final MethodDescriptor<StartContainerRequest, StartContainerResponse> START_CONTAINER = call(
            "StartContainer", StartContainerRequest.getDefaultInstance(), StartContainerResponse.getDefaultInstance());

    static final MethodDescriptor<StopContainerRequest, StopContainerResponse> STOP_CONTAINER = call(
            "StopContainer", StopContainerRequest.getDefaultInstance(), StopContainerResponse.getDefaultInstance());

    static final MethodDescriptor<RemoveContainerRequest, RemoveContainerResponse> REMOVE_CONTAINER = call(
            "RemoveContainer",
            RemoveContainerRequest.getDefaultInstance(),
            RemoveContainerResponse.getDefaultInstance());

    static final MethodDescriptor<ExecSyncRequest, ExecSyncResponse> EXEC_SYNC =
            call("ExecSync", ExecSyncRequest.getDefaultInstance(), ExecSyncResponse.getDefaultInstance());

    private Calls() {}

    private static <Q extends Message, A extends Message> MethodDescriptor<Q, A> call(
            String name, Q request, A response) {
        return MethodDescriptor.<Q, A>newBuilder(ProtoUtils.marshaller(request), ProtoUtils.marshaller(response))
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
                .build();
    }
}

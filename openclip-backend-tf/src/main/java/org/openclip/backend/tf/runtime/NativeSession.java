package org.openclip.backend.tf.runtime;

import static org.tensorflow.internal.c_api.global.tensorflow.TF_CloseSession;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteDeviceList;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteSession;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteSessionOptions;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeviceListCount;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeviceListType;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_NewSession;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_NewSessionOptions;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SessionListDevices;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SetConfig;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SetTarget;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.jspecify.annotations.Nullable;
import org.openclip.api.BackendException;
import org.tensorflow.internal.c_api.TF_DeviceList;
import org.tensorflow.internal.c_api.TF_Session;
import org.tensorflow.internal.c_api.TF_SessionOptions;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.RunOptions;

/** A graph that runs, with the values of its variables. Safe for many threads. */
public final class NativeSession implements AutoCloseable {
  private final TF_Session session;
  private final @Nullable NativeServer server;
  private final List<NativeCall> calls = new ArrayList<>();
  private boolean closed;

  private NativeSession(TF_Session session, @Nullable NativeServer server) {
    this.session = session;
    this.server = server;
  }

  /** Only this process' devices compute, and numbers of steps come from the first process. */
  private static ConfigProto joined(ConfigProto config, NativeServer server) {
    return NativeServer.led(config).toBuilder()
        .setIsolateSessionState(true)
        .addDeviceFilters(server.task())
        .build();
  }

  /**
   * Opens a session. Operations that are added to the graph later are seen by the next run.
   *
   * @throws BackendException when a device is not to be had
   */
  public static NativeSession open(NativeGraph graph, ConfigProto config) {
    return open(graph, config, null);
  }

  /**
   * Opens a session in which operations may reach other processes.
   *
   * @param server this process'; null for a session of its own
   */
  public static NativeSession open(
      NativeGraph graph, ConfigProto config, @Nullable NativeServer server) {
    TF_SessionOptions options = TF_NewSessionOptions();
    byte[] bytes = (server == null ? config : joined(config, server)).toByteArray();
    try (NativeStatus status = new NativeStatus();
        BytePointer proto = new BytePointer(bytes)) {
      TF_SetConfig(options, proto, bytes.length, status.pointer());
      status.check("configuring a session");
      if (server != null) {
        TF_SetTarget(options, server.target());
      }
      TF_Session session = TF_NewSession(graph.pointer(), options, status.pointer());
      status.check("opening a session");
      return new NativeSession(session, server);
    } finally {
      TF_DeleteSessionOptions(options);
    }
  }

  TF_Session pointer() {
    return session;
  }

  /** Returns the types of the session's devices, such as {@code CPU} and {@code GPU}. */
  public List<String> deviceTypes() {
    try (NativeStatus status = new NativeStatus()) {
      TF_DeviceList devices = TF_SessionListDevices(session, status.pointer());
      status.check("listing devices");
      List<String> types = new ArrayList<>();
      for (int i = 0; i < TF_DeviceListCount(devices); i++) {
        types.add(TF_DeviceListType(devices, i, status.pointer()).getString());
        status.check("listing devices");
      }
      TF_DeleteDeviceList(devices);
      return types;
    }
  }

  /**
   * Prepares a run that is made again and again. It is closed with the session, if not before.
   *
   * @param feeds what the caller gives, in order
   * @param fetches what a run returns, in order
   * @param targets operations that are run for their effect
   */
  public NativeCall prepare(List<Output> feeds, List<Output> fetches, List<Output> targets) {
    return prepare(feeds, fetches, targets, RunOptions.getDefaultInstance());
  }

  /**
   * Prepares a run that all processes make at the same time, since operations of theirs meet. All
   * prepare the same runs in the same order.
   */
  public NativeCall prepareTogether(
      List<Output> feeds, List<Output> fetches, List<Output> targets) {
    if (server == null) {
      return prepare(feeds, fetches, targets);
    }
    return prepare(
        feeds,
        fetches,
        targets,
        RunOptions.newBuilder()
            .setTimeoutInMs(server.world().timeout().toMillis())
            .setExperimental(
                RunOptions.Experimental.newBuilder().setCollectiveGraphKey(server.group()))
            .build());
  }

  private NativeCall prepare(
      List<Output> feeds, List<Output> fetches, List<Output> targets, RunOptions options) {
    NativeCall call = new NativeCall(this, feeds, fetches, targets, options);
    synchronized (calls) {
      calls.add(call);
    }
    return call;
  }

  void forget(NativeCall call) {
    synchronized (calls) {
      calls.remove(call);
    }
  }

  /** Frees the session and its variables. No run may be under way. Closing twice is harmless. */
  @Override
  public void close() {
    List<NativeCall> open;
    synchronized (calls) {
      if (closed) {
        return;
      }
      closed = true;
      open = List.copyOf(calls);
    }
    open.forEach(NativeCall::close);
    try (NativeStatus status = new NativeStatus()) {
      TF_CloseSession(session, status.pointer());
      TF_DeleteSession(session, status.pointer());
      status.check("closing a session");
    }
  }
}

package org.openclip.backend.tf.runtime;

import static org.tensorflow.internal.c_api.global.tensorflow.TF_NewServer;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_ServerStart;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_ServerTarget;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.openclip.api.BackendException;
import org.openclip.api.backend.World;
import org.tensorflow.internal.c_api.TF_Server;
import org.tensorflow.proto.ClusterDef;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.JobDef;
import org.tensorflow.proto.ServerDef;

/**
 * TensorFlow's server, through which this process' tensors reach those of others. TensorFlow cannot
 * stop one, so that it lives as long as the process.
 */
public final class NativeServer {
  private static final String JOB = "worker";
  private static final String LEADER = "/job:" + JOB + "/replica:0/task:0";
  private static final Map<World, NativeServer> SERVERS = new HashMap<>();

  private final World world;

  /** Kept, for nothing may free it. */
  @SuppressWarnings("unused")
  private final TF_Server server;

  private final String target;
  private int groups;
  private int instances;

  private NativeServer(World world, TF_Server server, String target) {
    this.world = world;
    this.server = server;
    this.target = target;
  }

  /**
   * Returns the server of this process in a world, and starts it the first time.
   *
   * @throws BackendException when it cannot listen at its address
   */
  public static NativeServer of(World world, ConfigProto config) {
    synchronized (SERVERS) {
      NativeServer known = SERVERS.get(world);
      if (known == null) {
        known = start(world, config);
        SERVERS.put(world, known);
      }
      return known;
    }
  }

  private static NativeServer start(World world, ConfigProto config) {
    JobDef.Builder job = JobDef.newBuilder().setName(JOB);
    for (int rank = 0; rank < world.size(); rank++) {
      job.putTasks(rank, world.addresses().get(rank));
    }
    byte[] definition =
        ServerDef.newBuilder()
            .setCluster(ClusterDef.newBuilder().addJob(job))
            .setJobName(JOB)
            .setTaskIndex(world.rank())
            .setProtocol("grpc")
            .setDefaultSessionConfig(led(config))
            .build()
            .toByteArray();
    try (NativeStatus status = new NativeStatus();
        BytePointer proto = new BytePointer(definition)) {
      TF_Server server = TF_NewServer(proto, definition.length, status.pointer());
      status.check("a server at " + world.addresses().get(world.rank()));
      QuietLog.during(() -> TF_ServerStart(server, status.pointer()));
      status.check("starting the server at " + world.addresses().get(world.rank()));
      return new NativeServer(world, server, TF_ServerTarget(server).getString());
    }
  }

  /** Returns the processes that it joins. */
  public World world() {
    return world;
  }

  /** Returns where a session finds it. */
  String target() {
    return target;
  }

  /** Returns a configuration in which all others ask the first process for numbers. */
  static ConfigProto led(ConfigProto config) {
    return config.toBuilder()
        .setExperimental(config.getExperimental().toBuilder().setCollectiveGroupLeader(LEADER))
        .build();
  }

  /** Returns the name of this process among the others. */
  String task() {
    return "/job:" + JOB + "/task:" + world.rank();
  }

  /**
   * Returns a number for what is about to be written, of which every process has another one at the
   * same time: all write the same in the same order.
   */
  synchronized int group() {
    return ++groups;
  }

  /** Returns a number for the next operation in which processes meet. */
  public synchronized int instance() {
    return ++instances;
  }
}

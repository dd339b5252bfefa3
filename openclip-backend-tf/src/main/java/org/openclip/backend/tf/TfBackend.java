package org.openclip.backend.tf;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openclip.api.BackendException;
import org.openclip.api.ClosedException;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.Precision;
import org.openclip.api.backend.Program;
import org.openclip.api.backend.World;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.WeightCheck;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Weights;
import org.openclip.api.training.Trainer;
import org.openclip.api.training.TrainingPlan;
import org.openclip.backend.tf.lowering.Numbers;
import org.openclip.backend.tf.runtime.Integers;
import org.openclip.backend.tf.runtime.NativeLibrary;
import org.openclip.backend.tf.runtime.NativeServer;
import org.openclip.backend.tf.runtime.Threads;
import org.openclip.backend.tf.training.TfTrainer;

/** TensorFlow on one device. */
final class TfBackend implements Backend {
  private final Device device;
  private final Precision precision;
  private final Numbers numbers;
  private final int threads;
  private final @Nullable NativeServer server;
  private final List<TfProgram> programs = new ArrayList<>();
  private final List<TfTrainer> trainers = new ArrayList<>();
  private boolean closed;

  /** Settled by the first program or trainer, each of which wants other threads. */
  private @Nullable SessionConfig config;

  private TfBackend(
      Device device,
      Precision precision,
      int threads,
      @Nullable SessionConfig config,
      @Nullable NativeServer server) {
    this.device = device;
    this.precision = precision;
    this.numbers = Numbers.of(precision, device.kind() == Device.Kind.CUDA);
    this.threads = threads;
    this.config = config;
    this.server = server;
  }

  /**
   * Loads the runtime and chooses the device.
   *
   * @throws BackendException when the native library cannot be loaded, or a GPU that was demanded
   *     is not to be had
   */
  static TfBackend open(BackendOptions options) {
    Integers.refuse(options.precision());
    NativeLibrary.load();
    World world = options.world();
    int threads = SessionConfig.count(options.threads(), world.neighbours());
    if (NativeLibrary.builtForCuda()) {
      // Looking for GPUs makes the threads.
      SessionConfig.threads(Threads.together(threads));
    }
    Device device = Devices.choose(options.device());
    if (world.alone()) {
      return new TfBackend(device, options.precision(), threads, null, null);
    }
    SessionConfig config = config(device, threads, true);
    NativeServer server = NativeServer.of(world, config.proto());
    return new TfBackend(device, options.precision(), threads, config, server);
  }

  private static SessionConfig config(Device device, int threads, boolean trains) {
    boolean pairs = trains && device.kind() == Device.Kind.CPU;
    Threads wanted = pairs ? Threads.training(threads) : Threads.together(threads);
    return SessionConfig.of(device, SessionConfig.threads(wanted));
  }

  /** Returns how sessions run, and settles it if that is open. */
  private SessionConfig config(boolean trains) {
    synchronized (programs) {
      SessionConfig settled = config;
      if (settled == null) {
        settled = config(device, threads, trains);
        config = settled;
      }
      return settled;
    }
  }

  @Override
  public String name() {
    return NativeLibrary.BACKEND;
  }

  @Override
  public String description() {
    SessionConfig settled;
    synchronized (programs) {
      settled = config;
    }
    int count = settled == null ? threads : settled.threads().all();
    return "%s, %s, %s, %s threads".formatted(runtime(), device, precision, count);
  }

  @Override
  public String runtime() {
    return "TensorFlow " + NativeLibrary.version();
  }

  @Override
  public Device device() {
    return device;
  }

  @Override
  public Program compile(Graph graph, Weights weights) {
    requireOpen();
    Integers.refuse(weights);
    WeightCheck.check(graph, weights);
    long size = graph.parameters().stream().mapToLong(p -> p.shape().count().size()).sum();
    SessionConfig settled = TfBackendProvider.linked(() -> config(false));
    int cores = device.kind() == Device.Kind.CPU ? settled.threads().each() : 1;
    TfProgram program =
        TfBackendProvider.linked(
            () -> TfProgram.open(graph, weights, numbers, settled.proto(size), cores));
    synchronized (programs) {
      if (!closed) {
        programs.removeIf(TfProgram::isClosed);
        programs.add(program);
        return program;
      }
    }
    program.close();
    throw new ClosedException("the tf backend");
  }

  @Override
  public Trainer train(TrainingPlan plan, Weights weights) {
    requireOpen();
    if (precision == Precision.FLOAT16) {
      throw new BackendException(
          name(), "small gradients underflow in fp16; train in bf16, which is as fast, or in fp32");
    }
    Integers.refuse(weights);
    plan.towers().forEach(tower -> WeightCheck.check(tower, weights));
    WeightCheck.check(plan.objective(), weights);
    long size = plan.parameters().values().stream().mapToLong(p -> p.shape().count().size()).sum();
    Numbers trained = new Numbers(DataType.FLOAT32, numbers.dense());
    SessionConfig settled = TfBackendProvider.linked(() -> config(true));
    int runs = settled.threads().operations();
    TfTrainer trainer =
        TfBackendProvider.linked(
            () -> TfTrainer.open(plan, weights, trained, settled.proto(size), server, runs));
    synchronized (programs) {
      if (!closed) {
        trainers.removeIf(TfTrainer::isClosed);
        trainers.add(trainer);
        return trainer;
      }
    }
    trainer.close();
    throw new ClosedException("the tf backend");
  }

  private void requireOpen() {
    synchronized (programs) {
      if (closed) {
        throw new ClosedException("the tf backend");
      }
    }
  }

  @Override
  public void close() {
    List<TfProgram> running;
    List<TfTrainer> training;
    synchronized (programs) {
      closed = true;
      running = List.copyOf(programs);
      programs.clear();
      training = List.copyOf(trainers);
      trainers.clear();
    }
    running.forEach(TfProgram::close);
    training.forEach(TfTrainer::close);
  }
}

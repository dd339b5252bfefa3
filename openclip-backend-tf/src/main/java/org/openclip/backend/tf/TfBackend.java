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
import org.openclip.backend.tf.training.TfTrainer;

/** TensorFlow on one device. */
final class TfBackend implements Backend {
  private final Device device;
  private final Precision precision;
  private final Numbers numbers;
  private final SessionConfig config;
  private final @Nullable NativeServer server;
  private final List<TfProgram> programs = new ArrayList<>();
  private final List<TfTrainer> trainers = new ArrayList<>();
  private boolean closed;

  private TfBackend(
      Device device, Precision precision, SessionConfig config, @Nullable NativeServer server) {
    this.device = device;
    this.precision = precision;
    this.numbers = Numbers.of(precision, device.kind() == Device.Kind.CUDA);
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
    int threads = SessionConfig.threads(options.threads(), world.neighbours());
    Device device = Devices.choose(options.device());
    SessionConfig config = SessionConfig.of(device, threads);
    NativeServer server = world.alone() ? null : NativeServer.of(world, config.proto());
    return new TfBackend(device, options.precision(), config, server);
  }

  @Override
  public String name() {
    return NativeLibrary.BACKEND;
  }

  @Override
  public String description() {
    return "%s, %s, %s, %s threads".formatted(runtime(), device, precision, config.threads());
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
    TfProgram program =
        TfBackendProvider.linked(
            () -> TfProgram.open(graph, weights, numbers, config.proto(size), cores()));
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
    TfTrainer trainer =
        TfBackendProvider.linked(
            () -> TfTrainer.open(plan, weights, trained, config.proto(size), server));
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

  /** Returns how many cores a run keeps busy. */
  private int cores() {
    return device.kind() == Device.Kind.CPU ? config.threads() : 1;
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

package org.openclip.backend.tf;

import java.util.ArrayList;
import java.util.List;
import org.openclip.api.BackendException;
import org.openclip.api.ClosedException;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.Precision;
import org.openclip.api.backend.Program;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.WeightCheck;
import org.openclip.api.tensor.Weights;
import org.openclip.backend.tf.lowering.Numbers;
import org.openclip.backend.tf.runtime.NativeLibrary;

/** TensorFlow on one device. */
final class TfBackend implements Backend {
  private final Device device;
  private final Precision precision;
  private final Numbers numbers;
  private final SessionConfig config;
  private final List<TfProgram> programs = new ArrayList<>();
  private boolean closed;

  private TfBackend(Device device, Precision precision, SessionConfig config) {
    this.device = device;
    this.precision = precision;
    this.numbers = Numbers.of(precision, device.kind() == Device.Kind.CUDA);
    this.config = config;
  }

  /**
   * Loads the runtime and chooses the device.
   *
   * @throws BackendException when the native library cannot be loaded, or a GPU that was demanded
   *     is not to be had
   */
  static TfBackend open(BackendOptions options) {
    NativeLibrary.load();
    int threads = SessionConfig.threads(options.threads());
    Device device = Devices.choose(options.device());
    return new TfBackend(device, options.precision(), SessionConfig.of(device, threads));
  }

  @Override
  public String name() {
    return NativeLibrary.BACKEND;
  }

  @Override
  public String description() {
    return "TensorFlow %s, %s, %s, %d threads"
        .formatted(NativeLibrary.version(), device, precision, config.threads());
  }

  @Override
  public Device device() {
    return device;
  }

  @Override
  public Program compile(Graph graph, Weights weights) {
    requireOpen();
    WeightCheck.check(graph, weights);
    long size = graph.parameters().stream().mapToLong(p -> p.shape().count().size()).sum();
    TfProgram program = TfProgram.open(graph, weights, numbers, config.proto(size));
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

  private void requireOpen() {
    synchronized (programs) {
      if (closed) {
        throw new ClosedException("the tf backend");
      }
    }
  }

  @Override
  public void close() {
    List<TfProgram> open;
    synchronized (programs) {
      closed = true;
      open = List.copyOf(programs);
      programs.clear();
    }
    open.forEach(TfProgram::close);
  }
}

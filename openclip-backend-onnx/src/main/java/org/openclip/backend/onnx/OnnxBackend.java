package org.openclip.backend.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.openclip.api.BackendException;
import org.openclip.api.ClosedException;
import org.openclip.api.ShutdownException;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.CallsUnderWay;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.FileProgram;
import org.openclip.api.backend.Precision;
import org.openclip.api.backend.Program;
import org.openclip.api.graph.Graph;
import org.openclip.api.tensor.Weights;
import org.openclip.backend.onnx.lowering.CpuDialect;
import org.openclip.backend.onnx.lowering.Dialect;
import org.openclip.backend.onnx.lowering.Lowered;
import org.openclip.backend.onnx.lowering.Numbers;
import org.openclip.backend.onnx.lowering.RuntimeDialect;
import org.openclip.backend.onnx.runtime.Devices;
import org.openclip.backend.onnx.runtime.OnnxEnvironment;
import org.openclip.backend.onnx.runtime.OnnxFileInputs;
import org.openclip.backend.onnx.runtime.OnnxProgram;
import org.openclip.backend.onnx.runtime.Threads;

/**
 * ONNX Runtime on one device.
 *
 * <p>The runtime's environment belongs to the whole process and may serve other users in it, so it
 * is never closed here; sessions are.
 */
final class OnnxBackend implements Backend {
  /**
   * How long a thread spins before it sleeps. Within a run there is less time between two pieces of
   * its work; left to itself the runtime spins for 30 ms after each run, on all cores.
   */
  private static final String SPIN_MICROSECONDS = "1000";

  private final OrtEnvironment environment;
  private final Numbers numbers;
  private final Device device;
  private final Threads threads;
  private final boolean spin;
  private final boolean pack;
  private final List<OnnxProgram> programs = new ArrayList<>();
  private boolean closed;

  private OnnxBackend(OrtEnvironment environment, BackendOptions options, Device device) {
    this.environment = environment;
    this.numbers = Numbers.of(options.precision(), device);
    this.device = device;
    this.threads = Threads.of(options);
    this.spin = options.spin();
    this.pack = options.pack();
  }

  /**
   * Loads the runtime and chooses the device.
   *
   * @throws BackendException when the native library cannot be loaded, or the device or precision
   *     that was demanded is not to be had
   */
  static OnnxBackend open(BackendOptions options) {
    boolean integers = options.precision() == Precision.INT8;
    Device wanted = options.device();
    if (integers && wanted.kind() == Device.Kind.CUDA) {
      throw new BackendException(
          OnnxBackendProvider.NAME,
          "int8 runs only on the CPU, not on device %s; use device cpu, or precision fp16"
              .formatted(wanted));
    }
    OrtEnvironment environment = OnnxEnvironment.start();
    Device device = integers ? Device.CPU : Devices.ofThisMachine().choose(wanted);
    return new OnnxBackend(environment, options, device);
  }

  @Override
  public String name() {
    return OnnxBackendProvider.NAME;
  }

  @Override
  public String description() {
    return "%s, %s, %s, %s".formatted(runtime(), device, numbers, threads);
  }

  @Override
  public String runtime() {
    return "ONNX Runtime " + environment.getVersion();
  }

  @Override
  public Device device() {
    return device;
  }

  @Override
  public Program compile(Graph graph, Weights weights) {
    requireOpen();
    return OnnxBackendProvider.linked(() -> CallsUnderWay.finish(() -> compiled(graph, weights)));
  }

  private Program compiled(Graph graph, Weights weights) {
    boolean cpu = device.kind() == Device.Kind.CPU;
    Dialect dialect = cpu ? new CpuDialect() : new RuntimeDialect();
    Lowered lowered = Lowered.program(graph, weights, numbers, dialect);
    OnnxProgram program;
    // Another device has memory of its own, into which weights must be copied.
    Set<String> inPlace = cpu ? lowered.inPlace() : Set.of();
    int workers = threads.of(graph);
    try (SessionOptions session = sessionOptions(workers)) {
      program = OnnxProgram.open(environment, session, graph, lowered, inPlace, cpu ? workers : 1);
    } catch (OrtException e) {
      if (CallsUnderWay.jvmIsEnding()) {
        throw new ShutdownException("graph " + graph.name(), e);
      }
      throw new BackendException(
          name(), "ONNX Runtime rejected graph " + graph.name() + ": " + e.getMessage(), e);
    }
    return kept(program);
  }

  @Override
  public FileProgram open(Path file) {
    requireOpen();
    return OnnxBackendProvider.linked(() -> CallsUnderWay.finish(() -> opened(file)));
  }

  private FileProgram opened(Path file) {
    int workers = threads.most();
    OnnxProgram program;
    try (SessionOptions options = sessionOptions(workers)) {
      OrtSession session = environment.createSession(file.toString(), options);
      boolean read = false;
      try {
        OnnxProgram.Signature signature = OnnxFileInputs.of(file, session);
        program = new OnnxProgram(environment, signature, List.of(), session, workers);
        read = true;
      } finally {
        if (!read) {
          session.close();
        }
      }
    } catch (OrtException e) {
      throw new BackendException(name(), file + " was refused: " + e.getMessage(), e);
    }
    return kept(program);
  }

  /** Remembers a program, which is closed with the backend at the latest. */
  private OnnxProgram kept(OnnxProgram program) {
    synchronized (programs) {
      if (!closed) {
        programs.removeIf(OnnxProgram::isClosed);
        programs.add(program);
        return program;
      }
    }
    program.close();
    throw new ClosedException("the onnx backend");
  }

  private void requireOpen() {
    synchronized (programs) {
      if (closed) {
        throw new ClosedException("the onnx backend");
      }
    }
  }

  private SessionOptions sessionOptions(int workers) throws OrtException {
    SessionOptions session = new SessionOptions();
    try {
      session.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      session.setIntraOpNumThreads(workers);
      session.addConfigEntry("session.intra_op.allow_spinning", spin ? "1" : "0");
      session.addConfigEntry("session.intra_op.spin_duration_us", SPIN_MICROSECONDS);
      session.addConfigEntry("session.disable_prepacking", pack ? "0" : "1");
      session.setInterOpNumThreads(1);
      if (device.kind() == Device.Kind.CUDA) {
        session.addCUDA(device.index());
      }
      return session;
    } catch (OrtException e) {
      session.close();
      throw e;
    }
  }

  @Override
  public void close() {
    List<OnnxProgram> open;
    synchronized (programs) {
      closed = true;
      open = List.copyOf(programs);
      programs.clear();
    }
    open.forEach(OnnxProgram::close);
  }
}

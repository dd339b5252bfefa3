package org.openclip.backend.onnx.runtime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.lang.System.Logger.Level;
import java.util.Set;
import org.openclip.api.BackendException;
import org.openclip.api.backend.Device;
import org.openclip.backend.onnx.model.OnnxModel;

/** The choice of the device and of the number of threads. */
public final class Devices {
  private static final System.Logger LOG = System.getLogger(Devices.class.getName());

  private final Set<OrtProvider> providers;
  private final GpuTrial trial;

  /**
   * Creates the choice.
   *
   * @param providers what the native library was built with
   * @param trial tries a GPU
   */
  Devices(Set<OrtProvider> providers, GpuTrial trial) {
    this.providers = providers;
    this.trial = trial;
  }

  /** Returns the choice among the devices of this machine. */
  public static Devices ofThisMachine() {
    return new Devices(
        OrtEnvironment.getAvailableProviders(),
        index -> {
          try (SessionOptions options = new SessionOptions()) {
            options.addCUDA(index);
          }
        });
  }

  /**
   * Returns the device to run on: the one that was demanded, or a GPU where there is one. A GPU
   * that the library was built for but cannot be used is worth a line in the log.
   *
   * @throws BackendException when a GPU was demanded and cannot be used
   */
  public Device choose(Device wanted) {
    if (wanted.kind() == Device.Kind.CPU) {
      return Device.CPU;
    }
    boolean demanded = wanted.kind() == Device.Kind.CUDA;
    String problem;
    if (providers.contains(OrtProvider.CUDA)) {
      try {
        trial.run(wanted.index());
        return new Device(Device.Kind.CUDA, wanted.index());
      } catch (OrtException e) {
        problem = "CUDA cannot be used: " + e.getMessage();
      }
      if (!demanded) {
        LOG.log(Level.WARNING, "running on the CPU: {0}", problem);
      }
    } else {
      problem = "the onnxruntime jar does not support CUDA; replace it with onnxruntime_gpu";
    }
    if (demanded) {
      throw new BackendException(
          OnnxModel.BACKEND,
          "device " + wanted + " was requested, but " + problem + ". Use device auto or cpu");
    }
    return Device.CPU;
  }
}

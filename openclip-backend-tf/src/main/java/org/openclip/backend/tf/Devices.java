package org.openclip.backend.tf;

import org.openclip.api.BackendException;
import org.openclip.api.backend.Device;
import org.openclip.backend.tf.runtime.NativeGraph;
import org.openclip.backend.tf.runtime.NativeLibrary;
import org.openclip.backend.tf.runtime.NativeSession;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GPUOptions;

/** The choice between processor and GPU. */
final class Devices {
  private static final System.Logger LOG = System.getLogger(Devices.class.getName());

  private Devices() {}

  /**
   * Returns the device to use for the one that is wanted.
   *
   * @throws BackendException when a GPU is demanded and there is none
   */
  static Device choose(Device wanted) {
    if (wanted.kind() == Device.Kind.CPU) {
      return Device.CPU;
    }
    String problem;
    if (!NativeLibrary.builtForCuda()) {
      if (wanted.kind() == Device.Kind.AUTO) {
        return Device.CPU;
      }
      problem =
          "the tensorflow-core-native jar does not support CUDA; replace it with the one with the"
              + " classifier linux-x86_64-gpu";
    } else if (sees(wanted.index())) {
      return new Device(Device.Kind.CUDA, wanted.index());
    } else {
      problem =
          "TensorFlow does not find this GPU; it needs NVIDIA's driver, CUDA 12.5 and cuDNN 9,"
              + " which are not in the jar";
    }
    if (wanted.kind() == Device.Kind.CUDA) {
      throw new BackendException(
          NativeLibrary.BACKEND,
          "device " + wanted + " was requested, but " + problem + ". Use device auto or cpu");
    }
    LOG.log(System.Logger.Level.WARNING, "running on the CPU: {0}", problem);
    return Device.CPU;
  }

  private static boolean sees(int index) {
    GPUOptions gpu =
        GPUOptions.newBuilder()
            .setAllowGrowth(true)
            .setVisibleDeviceList(Integer.toString(index))
            .build();
    ConfigProto config = ConfigProto.newBuilder().setGpuOptions(gpu).build();
    try (NativeGraph empty = new NativeGraph();
        NativeSession session = NativeSession.open(empty, config)) {
      return session.deviceTypes().contains("GPU");
    } catch (BackendException e) {
      LOG.log(System.Logger.Level.DEBUG, "no GPU " + index, e);
      return false;
    }
  }
}

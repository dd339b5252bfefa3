package org.openclip.hub.cli;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openclip.api.backend.Device;
import picocli.CommandLine.Option;

/** The options of the backend and the device. */
public final class DeviceOptions {
  @Option(
      names = "--backend",
      paramLabel = "NAME",
      description = "The backend, such as onnx. Default: the preferred installed backend.")
  private @Nullable String backend;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description = "auto, cpu, cuda or cuda:N. Default: auto.")
  private Device device = Device.AUTO;

  /** Creates the options with their defaults; a command has them as a field with {@code @Mixin}. */
  public DeviceOptions() {}

  /** Returns the name of the chosen backend; empty for the preferred one. */
  public Optional<String> backend() {
    return Optional.ofNullable(backend);
  }

  /** Returns the chosen device. */
  public Device device() {
    return device;
  }
}

package org.openclip.backend.onnx.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openclip.api.BackendException;
import org.openclip.api.backend.Device;

/** What becomes of a wish for a GPU, on machines with and without one. */
class DevicesTest {
  private static final Device SECOND = new Device(Device.Kind.CUDA, 1);

  private final Logger logger = Logger.getLogger(Devices.class.getName());
  private final List<LogRecord> log = new ArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord record) {
          log.add(record);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    logger.setUseParentHandlers(false);
    logger.addHandler(handler);
  }

  @AfterEach
  void stopListening() {
    logger.removeHandler(handler);
    logger.setUseParentHandlers(true);
  }

  private static Devices plainJar() {
    return new Devices(
        EnumSet.of(OrtProvider.CPU),
        index -> {
          throw new AssertionError("there is nothing to try");
        });
  }

  private static Devices brokenDriver() {
    return new Devices(
        EnumSet.of(OrtProvider.CPU, OrtProvider.CUDA),
        index -> {
          throw new OrtException("libcudart.so.12 is missing");
        });
  }

  @Test
  void takesTheGpuThatWorks() {
    List<Integer> tried = new ArrayList<>();
    Devices devices = new Devices(EnumSet.of(OrtProvider.CUDA), tried::add);

    assertThat(devices.choose(Device.AUTO)).isEqualTo(new Device(Device.Kind.CUDA, 0));
    assertThat(devices.choose(SECOND)).isEqualTo(SECOND);
    assertThat(devices.choose(Device.CPU)).isEqualTo(Device.CPU);
    assertThat(tried).containsExactly(0, 1);
    assertThat(log).isEmpty();
  }

  @Test
  void withoutCudaInTheJarTheCpuIsTakenSilently() {
    assertThat(plainJar().choose(Device.AUTO)).isEqualTo(Device.CPU);
    assertThat(log).isEmpty();
  }

  @Test
  void aGpuThatCannotBeUsedIsOneLineInTheLog() {
    assertThat(brokenDriver().choose(Device.AUTO)).isEqualTo(Device.CPU);

    assertThat(log).singleElement().extracting(LogRecord::getLevel).isEqualTo(Level.WARNING);
    assertThat(log.get(0).getParameters()[0].toString()).contains("libcudart.so.12 is missing");
  }

  @Test
  void aDemandedGpuIsAnErrorThatSaysWhatIsMissing() {
    assertThatThrownBy(() -> plainJar().choose(SECOND))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("cuda:1")
        .hasMessageContaining("onnxruntime_gpu");
    assertThatThrownBy(() -> brokenDriver().choose(SECOND))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("cuda:1")
        .hasMessageContaining("libcudart.so.12 is missing");
    assertThat(log).isEmpty();
  }
}

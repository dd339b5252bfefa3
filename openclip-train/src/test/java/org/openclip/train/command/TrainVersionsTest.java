package org.openclip.train.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.Precision;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.train.command.DistributedRuns.Ended;
import org.openclip.train.command.DistributedRuns.Running;

/** Processes of other versions than the first one's: they do not train together. */
@Tag("once")
class TrainVersionsTest {
  @TempDir static Path folder;

  private static DistributedRuns together;

  @BeforeAll
  static void makeData() throws IOException {
    together = new DistributedRuns(ColourRuns.in(folder));
  }

  private static String classPath() {
    String classPath = System.getProperty("java.class.path");
    return Objects.requireNonNull(System.getProperty("surefire.test.class.path", classPath));
  }

  /** Trains with a second process that is started with more variables. */
  private static List<Ended> train(String name, Map<String, String> more) throws Exception {
    int port = DistributedRuns.freePort();
    List<Running> running = new ArrayList<>();
    for (int rank = 0; rank < 2; rank++) {
      Map<String, String> variables = new HashMap<>(DistributedRuns.variables(rank, 2, port));
      if (rank == 1) {
        variables.putAll(more);
      }
      running.add(together.start(variables, together.arguments(name, "--epochs", "1")));
    }
    return DistributedRuns.end(running);
  }

  @Test
  void anotherVersionOfOpenClipIsRefusedBeforeTheyTrain() throws Exception {
    Path properties =
        folder.resolve("newer/META-INF/maven/org.openclip/openclip-cli/pom.properties");
    Files.createDirectories(properties.getParent());
    Files.writeString(properties, "version=99.1.2\n");
    String path = folder.resolve("newer") + File.pathSeparator + classPath();

    for (Ended ended : train("newer", Map.of("CLASSPATH", path))) {
      assertThat(ended.code()).as(ended.said()).isEqualTo(1);
      assertThat(ended.said()).contains("rank 1", "the version of OpenCLIP is 99.1.2, but rank 0");
    }
    assertThat(together.runs().log("newer", "out.log")).doesNotExist();
  }

  /** TensorFlow's own library with another number in it stands for another version. */
  @Test
  @Tag("full")
  void anotherVersionOfTensorFlowIsRefusedBeforeTheyTrain() throws Exception {
    Optional<Path> jar =
        List.of(classPath().split(File.pathSeparator, -1)).stream()
            .map(Path::of)
            .filter(
                path ->
                    path.getFileName().toString().matches("tensorflow-core-native-.*-x86_64.jar"))
            .findFirst();
    assumeThat(jar).isPresent();
    String here;
    try (Backend backend =
        PluginRegistry.create()
            .first(BackendProvider.class, BackendProvider::trains)
            .orElseThrow()
            .open(new BackendOptions(Device.CPU, Precision.FLOAT32, 1))) {
      here = backend.runtime();
    }
    String version = here.substring(here.lastIndexOf(' ') + 1);
    String other = version.substring(0, version.length() - 1) + "9";
    unpack(jar.orElseThrow(), version, other);

    String options = "-Dorg.bytedeco.javacpp.cachedir=" + folder.resolve("unpacked");
    for (Ended ended : train("runtime", Map.of("JDK_JAVA_OPTIONS", options))) {
      assertThat(ended.code()).as(ended.said()).isEqualTo(1);
      assertThat(ended.said())
          .contains("rank 1", "the runtime is TensorFlow " + other + ", but rank 0 has " + here);
    }
  }

  /** Unpacks the libraries to where they are looked for, with another version in them. */
  private static void unpack(Path jar, String version, String other) throws IOException {
    Path root = folder.resolve("unpacked").resolve(jar.getFileName());
    try (JarFile file = new JarFile(jar.toFile())) {
      for (JarEntry entry : (Iterable<JarEntry>) file.stream()::iterator) {
        Path target = root.resolve(entry.getName());
        if (!entry.getName().matches(".*/libtensorflow_[a-z]+[.]so[.]2")) {
          continue;
        }
        Files.createDirectories(target.getParent());
        try (InputStream stream = file.getInputStream(entry)) {
          Files.copy(stream, target);
        }
        try (FileChannel channel =
            FileChannel.open(target, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
          replace(
              channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size()),
              version.getBytes(StandardCharsets.US_ASCII),
              other.getBytes(StandardCharsets.US_ASCII));
        }
        // By its size and date it is taken for what was unpacked before.
        Files.setLastModifiedTime(target, entry.getLastModifiedTime());
      }
    }
  }

  private static void replace(MappedByteBuffer bytes, byte[] what, byte[] by) {
    for (int at = 0; at + what.length <= bytes.limit(); at++) {
      int same = 0;
      while (same < what.length && bytes.get(at + same) == what[same]) {
        same++;
      }
      if (same == what.length) {
        bytes.put(at, by);
      }
    }
  }
}

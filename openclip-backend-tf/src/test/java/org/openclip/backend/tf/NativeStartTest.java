package org.openclip.backend.tf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.BackendException;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.testkit.JavaProcess;

/** How TensorFlow's native code is loaded, or the remedy is named, in processes of their own. */
@Tag("once")
class NativeStartTest {
  private static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

  @TempDir Path folder;

  private JavaProcess.Run mounted(String options) throws Exception {
    assumeTrue(JavaProcess.canMount(), "no right to mount here");
    Path cache = Files.createDirectory(folder.resolve("cache"));
    return new JavaProcess(folder)
        .options(NATIVE_ACCESS, "-Dorg.bytedeco.javacpp.cachedir=" + cache)
        .mounting("mount -t tmpfs -o " + options + " tmpfs " + cache)
        .run(Doubling.class);
  }

  /** Asserts that the first attempt, and another one in the same process, name the remedy. */
  private static void assertThatTheRemedyIsNamed(JavaProcess.Run run, String... words) {
    assertThat(run.out().lines())
        .as(run.err())
        .hasSize(2)
        .allSatisfy(line -> assertThat(line).startsWith("tf backend: its").contains(words))
        .noneSatisfy(line -> assertThat(line).contains("has no build"));
  }

  @Test
  void aFullCacheIsNamed() throws Exception {
    assertThatTheRemedyIsNamed(
        mounted("size=4m"),
        "/cache, which ",
        " MB of free space",
        "-Dorg.bytedeco.javacpp.cachedir=");
  }

  @Test
  @Tag("full")
  void aCacheWithoutTheRightToRunCodeIsNamed() throws Exception {
    assertThatTheRemedyIsNamed(
        mounted("noexec,size=1g"), "mounted noexec", "-Dorg.bytedeco.javacpp.cachedir=");
  }

  @Test
  void deniedNativeAccessIsNamed() throws Exception {
    assumeTrue(Runtime.version().feature() >= 24, "Java does not deny it before 24");

    assertThatTheRemedyIsNamed(
        new JavaProcess(folder).options("--illegal-native-access=deny").run(Doubling.class),
        "Java denies access to native code",
        "--enable-native-access=ALL-UNNAMED");
  }

  @Test
  void aMissingBuildIsNamed() throws Exception {
    JavaProcess.Run run =
        new JavaProcess(folder)
            .without("tensorflow-core-native.*-(linux|macosx|windows).*")
            .options(NATIVE_ACCESS)
            .run(Doubling.class);

    assertThat(run.out())
        .contains("has no build on the class path", "tensorflow-core-native with the classifier");
  }

  @Test
  void aLibraryThatIsMissingIsNamed() throws Exception {
    JavaProcess.Run run =
        new JavaProcess(folder)
            .without("protobuf-java.*")
            .options(NATIVE_ACCESS)
            .run(Doubling.class);

    assertThat(run.out().lines())
        .as(run.err())
        .hasSize(2)
        .allSatisfy(
            line ->
                assertThat(line)
                    .contains("its libraries have incompatible versions: ")
                    .contains("com.google.protobuf:protobuf-java is missing")
                    .contains("org.bytedeco:javacpp is file:")
                    .contains("pom of openclip-backend-tf"));
  }

  @Test
  void javaMayDenyUnsafeAccessToMemory() throws Exception {
    assumeTrue(Runtime.version().feature() >= 23, "Java has no such option before 23");

    JavaProcess.Run run =
        new JavaProcess(folder)
            .options(NATIVE_ACCESS, "--sun-misc-unsafe-memory-access=deny")
            // As a program leaves it that has used TensorFlow itself.
            .environment("TF_CPP_MIN_LOG_LEVEL", "3")
            .run(Doubling.class);

    assertThat(run.out()).as(run.err()).startsWith("[6.0, 8.0]");
    assertThat(run.err()).isEmpty();
  }

  /** A program that doubles two numbers, twice, or says why it cannot. */
  static final class Doubling {
    private Doubling() {}

    public static void main(String[] arguments) {
      for (int attempt = 0; attempt < 2; attempt++) {
        GraphBuilder graph = new GraphBuilder("doubling");
        Value in = graph.input("in", DataType.FLOAT32, Dim.BATCH, Dim.of(2));
        graph.output("out", graph.linear(in, graph.parameter("w", Initializer.ZEROS, 2, 2), null));
        Weights weights = Weights.of(Map.of("w", Tensor.of(new float[] {2, 0, 0, 2}, 2, 2)));
        try (Backend backend = new TfBackendProvider().open(BackendOptions.DEFAULT)) {
          Map<String, Tensor> outputs =
              backend
                  .compile(graph.build(), weights)
                  .run(Map.of("in", Tensor.of(new float[] {3, 4}, 1, 2)));
          System.out.println(Arrays.toString(outputs.values().iterator().next().toFloats()));
        } catch (BackendException e) {
          System.out.println(e.getMessage());
        }
      }
    }
  }
}

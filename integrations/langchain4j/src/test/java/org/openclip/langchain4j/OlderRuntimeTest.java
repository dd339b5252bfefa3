package org.openclip.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.OpenClipException;
import org.openclip.api.model.ClipModel;
import org.openclip.hub.OpenClip;
import org.openclip.testkit.JavaProcess;
import org.openclip.testkit.OlderRuntime;

/** An ONNX Runtime on the class path that another library has brought, in the place of ours. */
@Tag("full")
class OlderRuntimeTest {
  @TempDir Path folder;

  @Test
  void theOneOfLangchain4jsOwnModelsGivesTheSameNumbers() throws Exception {
    JavaProcess.Run run = run("1.20.0");

    assertThat(run.code()).as(run.err()).isZero();
    float[] there = OlderRuntime.vector(run.out().lines().toList().get(1));
    try (ClipModel model = OpenClip.load()) {
      float[] here = model.encodeTexts(List.of("red heart")).row(0);
      assertThat(run.out()).startsWith("ONNX Runtime 1.20.0");
      assertThat(there).containsExactly(here, within(1e-5f));
    }
  }

  @Test
  void oneThatIsTooOldIsNamedInTheError() throws Exception {
    JavaProcess.Run run = run("1.12.1");

    assertThat(run.code()).isEqualTo(3);
    assertThat(run.out())
        .contains("its libraries have incompatible versions")
        .contains("onnxruntime-1.12.1.jar")
        .contains("mvn dependency:tree");
  }

  private JavaProcess.Run run(String version) throws IOException, InterruptedException {
    return OlderRuntime.process(folder, version)
        .options("--enable-native-access=ALL-UNNAMED")
        .run(Program.class);
  }

  /** Prints the runtime and the vector of a text, or the error. */
  static final class Program {
    public static void main(String[] arguments) {
      try (ClipModel model = OpenClip.load()) {
        float[] row = model.encodeTexts(List.of("red heart")).row(0);
        System.out.println(model.backend());
        System.out.println(OlderRuntime.line(row));
      } catch (OpenClipException e) {
        System.out.println(e.getMessage());
        System.exit(3);
      }
    }
  }
}

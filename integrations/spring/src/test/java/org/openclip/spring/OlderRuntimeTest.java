package org.openclip.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.model.ClipModel;
import org.openclip.hub.OpenClip;
import org.openclip.testkit.JavaProcess;
import org.openclip.testkit.OlderRuntime;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** A Spring Boot application on whose class path another library has put its own ONNX Runtime. */
@Tag("full")
class OlderRuntimeTest {
  @TempDir Path folder;

  @Test
  void oneThatIsNewEnoughGivesTheSameNumbers() throws Exception {
    JavaProcess.Run run = run("1.20.0");

    assertThat(run.code()).as(run.err() + run.out()).isZero();
    float[] there = OlderRuntime.vector(run.out().lines().toList().getLast());
    try (ClipModel model = OpenClip.load()) {
      assertThat(there).containsExactly(model.embed("red heart"), within(1e-5f));
    }
  }

  @Test
  void oneThatIsTooOldEndsTheStartWithItsName() throws Exception {
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

  @Configuration(proxyBeanMethods = false)
  @ImportAutoConfiguration(OpenClipAutoConfiguration.class)
  static class Application {}

  /** Prints the vector of a text, or the error. */
  static final class Program {
    public static void main(String[] arguments) {
      try (ConfigurableApplicationContext context =
          new SpringApplicationBuilder(Application.class)
              .web(WebApplicationType.NONE)
              .properties(
                  "spring.ai.openclip.model=emoji-RN", "spring.ai.openclip.pretrained=embedded")
              .run()) {
        float[] row = context.getBean(EmbeddingModel.class).embed("red heart");
        System.out.println(OlderRuntime.line(row));
      } catch (RuntimeException e) {
        OlderRuntime.printCauses(e);
        System.exit(3);
      }
    }
  }
}

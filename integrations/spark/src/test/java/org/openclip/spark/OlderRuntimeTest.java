package org.openclip.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.model.ClipModel;
import org.openclip.hub.OpenClip;
import org.openclip.testkit.JavaProcess;
import org.openclip.testkit.OlderRuntime;

/** Spark on whose class path another library, such as Spark NLP, has put its own ONNX Runtime. */
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
  void oneThatIsTooOldFailsTheJobWithItsName() throws Exception {
    JavaProcess.Run run = run("1.12.1");

    assertThat(run.code()).isEqualTo(3);
    assertThat(run.out())
        .contains("its libraries have incompatible versions")
        .contains("onnxruntime-1.12.1.jar")
        .contains("mvn dependency:tree");
  }

  private JavaProcess.Run run(String version) throws IOException, InterruptedException {
    return OlderRuntime.process(folder, version)
        .options("@" + Path.of("src", "sample", "java.args").toAbsolutePath())
        .run(Program.class);
  }

  /** Prints the vector of a text, or the error. */
  static final class Program {
    public static void main(String[] arguments) {
      SparkSession session =
          SparkSession.builder().master("local[1]").config("spark.ui.enabled", false).getOrCreate();
      try {
        List<Float> row =
            new ClipEmbedder()
                .setModel("emoji-RN")
                .setPretrained("embedded")
                .setInputKind("text")
                .setInputCol("text")
                .transform(
                    session.createDataset(List.of("red heart"), Encoders.STRING()).toDF("text"))
                .collectAsList()
                .get(0)
                .getList(1);
        System.out.println(row.stream().map(Object::toString).collect(Collectors.joining(" ")));
      } catch (Exception e) { // SparkException is a checked one, which is not declared.
        OlderRuntime.printCauses(e);
        System.exit(3);
      }
    }
  }
}

package org.openclip.train.benchmark.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.InvalidInputException;
import org.openclip.api.spi.PluginRegistry;

class ReportTest {
  @TempDir Path folder;

  private void write(String model, String dataset, String task, String metrics) throws IOException {
    Files.writeString(
        file(model, dataset, task),
        """
        {"dataset": "%s", "model": "%s", "pretrained": "p", "task": "%s", "metrics": %s,
         "language": "en"}\
        """
            .formatted(dataset, model, task, metrics));
  }

  private Path file(String model, String dataset, String task) {
    // Names of models are no names of files everywhere.
    return folder.resolve(model.replaceAll("[^a-z]", "_") + "-" + dataset + "-" + task + ".json");
  }

  private Report report() {
    return Report.of(Result.read(List.of(folder)), PluginRegistry.create());
  }

  @BeforeEach
  void writeResults() throws IOException {
    write("a|b", "one", "zeroshot_classification", "{\"acc1\": 0.5, \"acc5\": NaN}");
    write("a|b", "two", "zeroshot_classification", "{\"mean_average_precision\": 0.7}");
    write("c<d", "one", "zeroshot_classification", "{\"acc1\": 0.9, \"acc5\": 1.0}");
  }

  @Test
  void tasksOfOneDataSetHaveTheirOwnColumns() throws IOException {
    write("a|b", "one", "linear_probe", "{\"lp_acc1\": 0.8}");
    write("a|b", "one", "image_caption_selection", "{\"text_acc\": 0.25}");
    write("a|b", "one", "captioning", "{\"Bleu_4\": 0.3, \"CIDEr\": 1.2}");

    assertThat(report().columns())
        .containsExactly("one", "one, CIDEr", "one, caption selection", "one, linear probe", "two");
    assertThat(new ReportPage(report()).markdown(""))
        .contains(
            "| a\\|b p |  | 48.3 | 50.0 | 120.0 | 25.0 | 80.0 | 70.0 |",
            "| c<d p |  | 90.0 (1 of 3) | 90.0 |  |  |  |  |")
        .doesNotContain("![");
  }

  @Test
  void modelsWithFewerResultsSayIt() {
    String page = new ReportPage(report()).html(new ReportPlot(report()).svg());

    assertThat(page)
        .contains("<td>c&lt;d p</td><td></td><td>90.0 (1 of 2)</td>")
        .contains(">c&lt;d p (1 of 2)</text>", ">a|b p</text>");
  }

  @Test
  void linearProbesAloneHaveAMean() throws IOException {
    for (String name : List.of("a|b-one", "a|b-two", "c<d-one")) {
      String[] parts = name.split("-", -1);
      Files.delete(file(parts[0], parts[1], "zeroshot_classification"));
    }
    write("e", "one", "linear_probe", "{\"lp_acc1\": 0.8}");
    write("e", "two", "linear_probe", "{\"lp_acc1\": 0.6}");

    assertThat(new ReportPage(report()).markdown("")).contains("| e p |  | 70.0 | 80.0 | 60.0 |");
  }

  @Test
  void captionsAloneHaveNoMeanAndNoPlot() throws IOException {
    write("e", "three", "captioning", "{\"CIDEr\": 0.4}");
    Files.delete(file("a|b", "one", "zeroshot_classification"));
    Files.delete(file("a|b", "two", "zeroshot_classification"));
    Files.delete(file("c<d", "one", "zeroshot_classification"));

    assertThat(new ReportPlot(report()).svg()).isEmpty();
    assertThat(new ReportPage(report()).markdown("")).contains("| e p |  |  | 40.0 |");
  }

  @Test
  void aResultWithoutMetricsIsNamed() throws IOException {
    write("e", "three", "zeroshot_classification", "{\"other\": 0.4}");

    assertThatThrownBy(this::report)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(
            "e-three-zeroshot_classification.json has none of the metrics [acc1,");
  }
}

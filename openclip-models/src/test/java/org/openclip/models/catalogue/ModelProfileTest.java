package org.openclip.models.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.openclip.api.encoder.ModelSize;

/** The listed sizes are those that the reference publishes. */
class ModelProfileTest {
  private static final Path PROFILE =
      Path.of(System.getProperty("openclip.reference"), "model_profile.csv");

  @Test
  void parametersAndCostsAreThePublishedOnes() throws IOException {
    OpenClipCatalogue catalogue = new OpenClipCatalogue();
    List<String> lines = Files.readAllLines(PROFILE);
    List<String> head = List.of(lines.getFirst().split(",", -1));
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split(",", -1);
      String model = cells[0];
      ModelSize size = catalogue.size(model).orElseThrow();
      assertThat((double) size.height()).isEqualTo(number(cells, head, "image_size"));
      assertThat(size.embedDim()).isEqualTo((int) number(cells, head, "embed_dim"));
      assertMillions(model, size.imageParameters(), number(cells, head, "image_mparams"));
      assertMillions(model, size.textParameters(), number(cells, head, "text_mparams"));
      assertMillions(model, size.parameters(), number(cells, head, "mparams"));
      assertBillions(model, size.imageFlops(), number(cells, head, "image_gflops"));
      assertBillions(model, size.textFlops(), number(cells, head, "text_gflops"));
      assertBillions(model, size.flops(), number(cells, head, "gflops"));
    }
    assertThat(lines).hasSize(86);
  }

  private static double number(String[] cells, List<String> head, String column) {
    return Double.parseDouble(cells[head.indexOf(column)]);
  }

  /** Published with two decimals. */
  private static void assertMillions(String model, long count, double published) {
    assertThat(count / 1e6).as(model).isCloseTo(published, within(0.005001));
  }

  private static void assertBillions(String model, long count, double published) {
    assertThat(count / 1e9).as(model).isCloseTo(published, within(0.006));
  }
}

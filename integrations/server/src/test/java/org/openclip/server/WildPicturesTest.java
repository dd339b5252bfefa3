package org.openclip.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.ClipModel;
import org.openclip.hub.OpenClip;
import org.openclip.hub.io.JsonObjects;
import org.openclip.testkit.Fixtures;

/** A picture of each format that people have goes through the server to the vector of embed. */
@Tag("once")
class WildPicturesTest {
  @Test
  void eachFormatIsTheVectorOfEmbed() throws Exception {
    try (ClipServer server = Servers.start(Servers.options());
        ClipModel model = OpenClip.load()) {
      int compared = 0;
      for (Path file : pictures()) {
        byte[] bytes = Files.readAllBytes(file);
        String uri = "data:;base64," + Base64.getEncoder().encodeToString(bytes);
        Map<String, Object> request = Map.of("input", List.of(uri), "modality", "image");
        Servers.Answer answer =
            Servers.post(server, "/v1/embeddings", JsonObjects.writeCompact(request));
        try {
          float[] expected = model.embed(file);
          assertThat(answer.status()).as("%s: %s", file, answer.body()).isEqualTo(200);
          Map<?, ?> row = (Map<?, ?>) ((List<?>) answer.json().get("data")).get(0);
          List<?> numbers = (List<?>) row.get("embedding");
          for (int i = 0; i < expected.length; i++) {
            assertThat(((Number) numbers.get(i)).floatValue())
                .as(file.toString())
                .isCloseTo(expected[i], within(2e-6f));
          }
          compared++;
        } catch (InvalidInputException e) {
          assertThat(answer.status()).as("%s: %s", file, e.getMessage()).isEqualTo(400);
        }
      }
      assertThat(compared).isGreaterThan(60);
    }
  }

  private static List<Path> pictures() throws IOException {
    try (Stream<Path> files = Files.list(Fixtures.path("preprocess/images"))) {
      return files.sorted().toList();
    }
  }
}

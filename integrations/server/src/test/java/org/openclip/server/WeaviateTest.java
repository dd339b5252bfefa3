package org.openclip.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.openclip.api.model.ClipModel;
import org.openclip.hub.OpenClip;
import org.openclip.hub.io.JsonObjects;
import org.openclip.testkit.Fixtures;

/** What Weaviate asks of its container multi2vec-clip, as the container's own test asks it. */
class WeaviateTest {
  private static ClipServer server;
  private static ClipModel model;
  private static byte[] cat;

  @BeforeAll
  static void start() throws IOException {
    server = Servers.start(Servers.options());
    model = OpenClip.load();
    cat = Files.readAllBytes(Fixtures.path("preprocess/images/cat.png"));
  }

  @AfterAll
  static void close() {
    server.close();
    model.close();
  }

  private static void assertClose(Object vectors, int index, float[] expected) {
    List<?> numbers = (List<?>) ((List<?>) vectors).get(index);
    assertThat(numbers).hasSize(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat(((Number) numbers.get(i)).floatValue()).isCloseTo(expected[i], within(2e-6f));
    }
  }

  @Test
  void itIsLiveAndReadyAndSaysWhatItIs() throws Exception {
    assertThat(Servers.get(server, "/.well-known/live").status()).isEqualTo(204);
    assertThat(Servers.get(server, "/.well-known/ready").status()).isEqualTo(204);
    Servers.Answer meta = Servers.get(server, "/meta");
    assertThat(meta.status()).isEqualTo(200);
    assertThat(meta.json())
        .containsEntry("model_name", "emoji")
        .containsEntry("embed_dim", model.embedDim())
        .containsEntry("fingerprint", model.fingerprint());
  }

  @Test
  void textsAndPicturesAreVectorized() throws Exception {
    String picture = Base64.getEncoder().encodeToString(cat);
    List<String> texts = List.of("This is plane", "Boeing 737", "Blue plane");
    Map<String, Object> request = Map.of("texts", texts, "images", List.of(picture, picture));

    Servers.Answer answer = Servers.post(server, "/vectorize", JsonObjects.writeCompact(request));

    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat((List<?>) answer.json().get("textVectors")).hasSize(3);
    assertThat((List<?>) answer.json().get("imageVectors")).hasSize(2);
    for (int i = 0; i < 3; i++) {
      assertClose(answer.json().get("textVectors"), i, model.embed(texts.get(i)));
    }
    assertClose(answer.json().get("imageVectors"), 1, model.embed(cat));
  }

  @Test
  void oneKindMayBeMissing() throws Exception {
    Servers.Answer texts = Servers.post(server, "/vectorize", "{\"texts\":[\"a cat\"]}");
    Servers.Answer none = Servers.post(server, "/vectorize", "{\"texts\":null,\"images\":[]}");

    assertThat((List<?>) texts.json().get("textVectors")).hasSize(1);
    assertThat((List<?>) texts.json().get("imageVectors")).isEmpty();
    assertThat(none.body()).isEqualTo("{\"textVectors\":[],\"imageVectors\":[]}");
  }

  @Test
  void whatIsWrongIsAString() throws Exception {
    Servers.Answer answer = Servers.post(server, "/vectorize", "{\"images\":[\"AAAA\"]}");

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().get("error"))
        .asString()
        .contains("images[0] is not in a supported picture format");
  }
}

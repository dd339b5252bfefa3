package org.openclip.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.openclip.hub.io.JsonObjects;

/** What Weaviate asks of its container multi2vec-clip, as the container's own test asks it. */
class WeaviateTest extends ServedModel {
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
      assertClose(((List<?>) answer.json().get("textVectors")).get(i), model.embed(texts.get(i)));
    }
    assertClose(((List<?>) answer.json().get("imageVectors")).get(1), model.embed(cat));
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

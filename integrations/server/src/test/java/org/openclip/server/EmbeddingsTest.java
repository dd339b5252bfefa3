package org.openclip.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.openclip.hub.io.JsonObjects;

/** {@code /v1/embeddings} answers with the vectors of {@code embed}. */
class EmbeddingsTest extends ServedModel {
  private static String uri(byte[] picture) {
    return "data:image/png;base64," + Base64.getEncoder().encodeToString(picture);
  }

  private static Servers.Answer embeddings(Map<String, Object> request)
      throws IOException, InterruptedException {
    return Servers.post(server, "/v1/embeddings", JsonObjects.writeCompact(request));
  }

  private static List<?> data(Servers.Answer answer) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return (List<?>) answer.json().get("data");
  }

  private static Object embedding(Servers.Answer answer, int index) {
    Map<?, ?> row = (Map<?, ?>) data(answer).get(index);
    assertThat(row.get("index")).isEqualTo(index);
    assertThat(row.get("object")).isEqualTo("embedding");
    return row.get("embedding");
  }

  @Test
  void textsAndPicturesAreEmbedded() throws Exception {
    Servers.Answer one = embeddings(Map.of("input", "a smiling face", "model", "emoji"));
    Servers.Answer several =
        embeddings(Map.of("input", List.of("a cat", uri(cat), Map.of("image", uri(cat)))));
    Servers.Answer pictures =
        embeddings(
            Map.of(
                "modality",
                "image",
                "input",
                List.of(uri(cat), Base64.getEncoder().encodeToString(cat))));

    assertClose(embedding(one, 0), model.embed("a smiling face"));
    assertThat(one.json()).containsEntry("model", "emoji").containsEntry("object", "list");
    assertClose(embedding(several, 0), model.embed("a cat"));
    assertClose(embedding(several, 1), model.embed(cat));
    assertClose(embedding(several, 2), model.embed(cat));
    assertClose(embedding(pictures, 0), model.embed(cat));
    assertClose(embedding(pictures, 1), model.embed(cat));
  }

  @Test
  void base64HoldsTheSameNumbers() throws Exception {
    Servers.Answer answer =
        embeddings(Map.of("input", "a smiling face", "encoding_format", "base64"));

    ByteBuffer bytes =
        ByteBuffer.wrap(Base64.getDecoder().decode((String) embedding(answer, 0)))
            .order(ByteOrder.LITTLE_ENDIAN);
    float[] numbers = new float[bytes.remaining() / 4];
    bytes.asFloatBuffer().get(numbers);
    assertThat(numbers).containsExactly(model.embed("a smiling face"), within(CLOSE));
  }
}

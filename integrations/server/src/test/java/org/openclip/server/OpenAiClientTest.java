package org.openclip.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.UnauthorizedException;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;
import java.nio.file.Files;
import java.util.Base64;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openclip.api.model.ClipModel;
import org.openclip.hub.OpenClip;
import org.openclip.testkit.Fixtures;

/** OpenAI's own client for Java calls the server. */
@Tag("once")
class OpenAiClientTest {
  private static ClipServer server;
  private static ClipModel model;

  @BeforeAll
  static void start() {
    server = Servers.start(Servers.options().apiKeys(List.of("a key")));
    model = OpenClip.load();
  }

  @AfterAll
  static void close() {
    server.close();
    model.close();
  }

  private static OpenAIClient client(String key) {
    return OpenAIOkHttpClient.builder()
        .baseUrl(Servers.uri(server, "/v1").toString())
        .apiKey(key)
        .maxRetries(0)
        .build();
  }

  private static EmbeddingCreateParams.Builder request() {
    return EmbeddingCreateParams.builder().model("emoji");
  }

  private static void assertClose(List<Float> actual, float[] expected) {
    assertThat(actual).hasSize(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual.get(i)).isCloseTo(expected[i], Offset.offset(2e-6f));
    }
  }

  @Test
  void itsClientGetsVectorsOfTextsAndPictures() throws Exception {
    byte[] cat = Files.readAllBytes(Fixtures.path("preprocess/images/cat.png"));
    String picture = "data:image/png;base64," + Base64.getEncoder().encodeToString(cat);
    OpenAIClient client = client("a key");
    try {
      CreateEmbeddingResponse one =
          client.embeddings().create(request().input("a smiling face").build());
      CreateEmbeddingResponse several =
          client
              .embeddings()
              .create(request().inputOfArrayOfStrings(List.of("a cat", picture)).build());
      CreateEmbeddingResponse numbers =
          client
              .embeddings()
              .create(
                  request()
                      .input("a smiling face")
                      .encodingFormat(EmbeddingCreateParams.EncodingFormat.FLOAT)
                      .build());

      assertThat(one.model()).isEqualTo("emoji");
      assertThat(one.usage().totalTokens()).isEqualTo(3);
      assertClose(one.data().get(0).embedding(), model.embed("a smiling face"));
      assertClose(numbers.data().get(0).embedding(), model.embed("a smiling face"));
      assertClose(several.data().get(0).embedding(), model.embed("a cat"));
      assertClose(several.data().get(1).embedding(), model.embed(cat));
      assertThat(client.models().list().data().get(0).id()).isEqualTo("emoji");
    } finally {
      client.close();
    }
  }

  @Test
  void itsClientUnderstandsWhatIsWrong() {
    OpenAIClient client = client("a key");
    OpenAIClient stranger = client("another key");
    try {
      assertThatThrownBy(
              () -> client.embeddings().create(request().model("gpt").input("a cat").build()))
          .isInstanceOf(NotFoundException.class)
          .hasMessageContaining("model 'gpt' is not served; the models are emoji");
      assertThatThrownBy(
              () -> client.embeddings().create(request().dimensions(7).input("a cat").build()))
          .isInstanceOf(BadRequestException.class)
          .hasMessageContaining("cannot be shortened");
      assertThatThrownBy(
              () ->
                  client
                      .embeddings()
                      .create(request().inputOfArrayOfTokens(List.of(1L, 2L)).build()))
          .isInstanceOf(BadRequestException.class)
          .hasMessageContaining("token ID, which is not supported");
      assertThatThrownBy(() -> stranger.embeddings().create(request().input("a cat").build()))
          .isInstanceOf(UnauthorizedException.class)
          .hasMessageContaining("send one of the server's keys");
    } finally {
      client.close();
      stranger.close();
    }
  }
}

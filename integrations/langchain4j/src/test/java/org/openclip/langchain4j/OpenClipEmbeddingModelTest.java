package org.openclip.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.store.embedding.EmbeddingMatch;
import dev.langchain4j.store.embedding.EmbeddingSearchRequest;
import dev.langchain4j.store.embedding.inmemory.InMemoryEmbeddingStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.ClipModel;
import org.openclip.hub.OpenClip;
import org.openclip.testkit.DrawnPictures;

/** Texts and pictures in langchain4j's world, by the embedded model. */
class OpenClipEmbeddingModelTest {
  private static ClipModel clip;

  @TempDir Path folder;

  @BeforeAll
  static void load() {
    clip = OpenClip.load();
  }

  @AfterAll
  static void close() {
    clip.close();
  }

  @Test
  void theInMemoryStoreFindsPicturesByWords() {
    OpenClipEmbeddingModel model = OpenClipEmbeddingModel.create(clip);
    InMemoryEmbeddingStore<TextSegment> store = new InMemoryEmbeddingStore<>();
    EmbeddingRequest.Builder request = EmbeddingRequest.builder();
    DrawnPictures.all().values().forEach(png -> request.input(png(png)));
    List<TextSegment> names = DrawnPictures.all().keySet().stream().map(TextSegment::from).toList();
    store.addAll(model.embed(request.build()).embeddings(), names);

    for (TextSegment name : names) {
      EmbeddingSearchRequest query =
          EmbeddingSearchRequest.builder()
              .queryEmbedding(model.embed(name.text()).content())
              .maxResults(2)
              .build();
      List<EmbeddingMatch<TextSegment>> matches = store.search(query).matches();

      assertThat(matches).hasSize(2);
      assertThat(matches.get(0).embedded()).as("found by '%s'", name.text()).isEqualTo(name);
      assertThat(matches.get(0).score()).isGreaterThan(matches.get(1).score());
      assertThat(ClipScores.ratio(clip, matches.get(0).score(), matches.get(1).score()))
          .isGreaterThan(1);
    }
  }

  @Test
  void vectorsAreThoseOfTheModelWithLengthOneInTheOrderOfTheInputs() throws IOException {
    OpenClipEmbeddingModel model = OpenClipEmbeddingModel.create(clip);
    List<Path> files = List.copyOf(DrawnPictures.files(folder).values());
    List<EmbeddingInput> inputs = new ArrayList<>();
    for (Path file : files) {
      inputs.add(EmbeddingInput.from(ImageContent.from(file, "image/png")));
      inputs.add(EmbeddingInput.from(file.getFileName().toString()));
    }

    List<Embedding> vectors =
        model.embed(EmbeddingRequest.builder().inputs(inputs).build()).embeddings();

    for (int i = 0; i < files.size(); i++) {
      float[] picture = clip.encodeImages(List.of(files.get(i))).normalised().row(0);
      float[] text =
          clip.encodeTexts(List.of(files.get(i).getFileName().toString())).normalised().row(0);
      assertThat(vectors.get(2 * i).vector()).containsExactly(picture, within(1e-5f));
      assertThat(vectors.get(2 * i + 1).vector()).containsExactly(text, within(1e-5f));
    }
  }

  @Test
  void severalContentsAreRefusedUnlessTheirMeanIsChosen() {
    Content picture = png(DrawnPictures.all().get("red heart"));
    EmbeddingRequest both =
        EmbeddingRequest.builder().input(TextContent.from("red heart"), picture).build();

    assertThatThrownBy(() -> OpenClipEmbeddingModel.create(clip).embed(both))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessage(
            "input 0 has 2 contents, but a CLIP model embeds one; pass one input for each content,"
                + " or use SeveralContents.AVERAGE");

    OpenClipEmbeddingModel averaging =
        OpenClipEmbeddingModel.builder(clip).severalContents(SeveralContents.AVERAGE).build();
    float[] mean = averaging.embed(both).embeddings().get(0).vector();
    float[] words = averaging.embed("red heart").content().vector();
    float[] pixels =
        averaging
            .embed(EmbeddingRequest.builder().input(picture).build())
            .embeddings()
            .get(0)
            .vector();
    double dot = dot(words, pixels);
    assertThat(dot(mean, mean)).isCloseTo(1, within(1e-5));
    assertThat(dot(mean, words)).isCloseTo(Math.sqrt((1 + dot) / 2), within(1e-5));
    assertThat(dot(mean, pixels)).isCloseTo(Math.sqrt((1 + dot) / 2), within(1e-5));
  }

  @Test
  void filesAreReadFromTheNamedFolderAlone() throws IOException {
    Path inside = Files.createDirectory(folder.resolve("inside"));
    Path outside = Files.createDirectory(folder.resolve("outside"));
    Path heart = DrawnPictures.files(inside).get("red heart");
    Path secret = DrawnPictures.files(outside).get("red heart");
    Path link = Files.createSymbolicLink(inside.resolve("link.png"), secret);
    OpenClipEmbeddingModel model = OpenClipEmbeddingModel.builder(clip).picturesIn(inside).build();

    assertThat(model.embed(request(ImageContent.from(heart.toUri()))).embeddings()).hasSize(1);
    for (Path other : List.of(secret, link, inside.resolve("../outside/" + secret.getFileName()))) {
      assertThatThrownBy(() -> model.embed(request(ImageContent.from(other.toUri()))))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("which is not in " + inside.toRealPath());
    }
    assertThatThrownBy(
            () ->
                OpenClipEmbeddingModel.create(clip)
                    .embed(request(ImageContent.from(heart.toUri()))))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("picturesIn");
  }

  @Test
  void badPicturesAreNamedByTheirInput() {
    OpenClipEmbeddingModel model = OpenClipEmbeddingModel.create(clip);
    Map<ImageContent, String> bad =
        Map.of(
            ImageContent.from("http://10.0.0.1/a.png"), "but URLs are not downloaded",
            ImageContent.from("%%%", "image/png"), "is not valid base64",
            ImageContent.from("data:image/png,abc"), "data URI without ';base64,'",
            ImageContent.from("aGVsbG8gd29ybGQ=", "image/png"),
                "is not in a supported picture format: it starts with the text 'hello world'");
    bad.forEach(
        (picture, message) ->
            assertThatThrownBy(
                    () ->
                        model.embed(
                            EmbeddingRequest.builder().input("a text").input(picture).build()))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("the picture of input 1")
                .hasMessageContaining(message));
  }

  @Test
  void dataUrisAreRead() {
    byte[] heart = DrawnPictures.all().get("red heart");
    ImageContent uri =
        ImageContent.from("data:image/png;base64," + Base64.getEncoder().encodeToString(heart));
    OpenClipEmbeddingModel model = OpenClipEmbeddingModel.create(clip);

    assertThat(model.embed(request(uri)).embeddings())
        .isEqualTo(model.embed(request(png(heart))).embeddings());
  }

  @Test
  void tokensAreCountedToTheContextLength() {
    OpenClipEmbeddingModel model = OpenClipEmbeddingModel.create(clip);

    assertThat(model.embed("red heart").tokenUsage().inputTokenCount()).isEqualTo(4);
    assertThat(model.embed("red heart ".repeat(100)).tokenUsage().inputTokenCount())
        .isEqualTo(clip.tokenizer().contextLength());
  }

  @Test
  void closesWhatItHasLoadedAndNothingElse() {
    OpenClipEmbeddingModel.create(clip).close();
    assertThat(clip.encodeTexts(List.of("still open")).size()).isEqualTo(1);

    OpenClipEmbeddingModel owning =
        OpenClipEmbeddingModel.loading(OpenClip.model("emoji-RN").pretrained("embedded")).build();
    owning.close();
    owning.close();
    assertThatThrownBy(() -> owning.embed("closed"))
        .isInstanceOf(org.openclip.api.ClosedException.class);
  }

  @Test
  void theFactoryNeedsAName() {
    OpenClipEmbeddingModelFactory factory = new OpenClipEmbeddingModelFactory();
    assertThatThrownBy(factory::create)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(OpenClipEmbeddingModelFactory.MODEL);

    System.setProperty(OpenClipEmbeddingModelFactory.MODEL, "emoji-RN");
    System.setProperty(OpenClipEmbeddingModelFactory.PRETRAINED, "embedded");
    try (OpenClipEmbeddingModel model = (OpenClipEmbeddingModel) factory.create()) {
      assertThat(model.modelName()).isEqualTo("emoji-RN");
      assertThat(model.dimension()).isEqualTo(192);
    } finally {
      System.clearProperty(OpenClipEmbeddingModelFactory.MODEL);
      System.clearProperty(OpenClipEmbeddingModelFactory.PRETRAINED);
    }
  }

  private static EmbeddingRequest request(Content content) {
    return EmbeddingRequest.builder().input(content).build();
  }

  private static ImageContent png(byte[] bytes) {
    return ImageContent.from(Base64.getEncoder().encodeToString(bytes), "image/png");
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}

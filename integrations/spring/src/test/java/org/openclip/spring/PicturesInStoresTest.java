package org.openclip.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
import org.springframework.ai.content.Media;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.DocumentEmbeddingRequest;
import org.springframework.ai.embedding.EmbeddingOptions;
import org.springframework.ai.embedding.EmbeddingRequest;
import org.springframework.ai.embedding.EmbeddingResponse;
import org.springframework.ai.embedding.EmbeddingResultMetadata.ModalityType;
import org.springframework.ai.embedding.TokenCountBatchingStrategy;
import org.springframework.ai.embedding.observation.EmbeddingModelObservationContext;
import org.springframework.ai.vectorstore.SearchRequest;
import org.springframework.ai.vectorstore.SimpleVectorStore;
import org.springframework.core.io.FileSystemResource;
import org.springframework.util.MimeTypeUtils;

/** Pictures in Spring AI's vector stores, by the embedded model. */
class PicturesInStoresTest {
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

  private ClipEncoder encoder() {
    return ClipEncoder.builder(clip).pictureLocations(List.of(folder.toString())).build();
  }

  @Test
  void theSimpleVectorStoreFindsPicturesByWords() throws IOException {
    SimpleVectorStore store =
        SimpleVectorStore.builder(new OpenClipEmbeddingModel(encoder())).build();
    Map<String, Path> files = DrawnPictures.files(folder);
    List<Document> documents = new ArrayList<>();
    files.forEach((name, file) -> documents.add(picture(file.toUri().toString(), name)));
    store.add(documents);

    for (String name : files.keySet()) {
      List<Document> found =
          store.similaritySearch(SearchRequest.builder().query(name).topK(2).build());
      assertThat(found.get(0).getText()).as("found by '%s'", name).isEqualTo(name);
      assertThat(found.get(0).getScore()).isGreaterThan(found.get(1).getScore());
    }
  }

  @Test
  void pictureAndTextDocumentsHaveTheModelsVectorsInOrder() throws IOException {
    List<Document> documents = new ArrayList<>();
    List<float[]> expected = new ArrayList<>();
    for (Map.Entry<String, Path> file : DrawnPictures.files(folder).entrySet()) {
      documents.add(new Document(file.getKey()));
      documents.add(picture(file.getValue().toString(), "a caption that does not count"));
      documents.add(
          new Document(
              new Media(MimeTypeUtils.IMAGE_PNG, new FileSystemResource(file.getValue())),
              Map.of()));
      float[] pixels = clip.encodeImages(List.of(file.getValue())).normalised().row(0);
      expected.add(clip.encodeTexts(List.of(file.getKey())).normalised().row(0));
      expected.add(pixels);
      expected.add(pixels);
    }

    EmbeddingResponse response =
        new OpenClipDocumentEmbeddingModel(encoder()).call(new DocumentEmbeddingRequest(documents));
    List<float[]> batched =
        new OpenClipEmbeddingModel(encoder())
            .embed(documents, EmbeddingOptions.builder().build(), new TokenCountBatchingStrategy());

    for (int i = 0; i < documents.size(); i++) {
      assertThat(response.getResults().get(i).getOutput())
          .containsExactly(expected.get(i), within(1e-5f));
      assertThat(batched.get(i)).containsExactly(expected.get(i), within(1e-5f));
      assertThat(response.getResults().get(i).getIndex()).isEqualTo(i);
      assertThat(response.getResults().get(i).getMetadata().getModalityType())
          .isEqualTo(i % 3 == 0 ? ModalityType.TEXT : ModalityType.IMAGE);
    }
    assertThat(response.getMetadata().getUsage().getPromptTokens()).isEqualTo(4 + 4 + 5 + 4);
    assertThat(response.getMetadata().getModel()).isEqualTo("emoji-RN");
  }

  @Test
  void onlyNamedPlacesAreRead() throws IOException {
    Path inside = Files.createDirectory(folder.resolve("inside"));
    Path secret = DrawnPictures.files(folder).get("red heart");
    Path link = Files.createSymbolicLink(inside.resolve("link.png"), secret);
    OpenClipEmbeddingModel model =
        new OpenClipEmbeddingModel(
            ClipEncoder.builder(clip)
                .pictureLocations(List.of("file:" + inside, "classpath:META-INF/"))
                .build());

    for (String location :
        List.of(
            secret.toString(),
            secret.toUri().toString(),
            link.toString(),
            inside + "/../" + secret.getFileName(),
            "classpath:META-INF/../org/openclip/spring/ClipEncoder.class")) {
      Document document = picture(location, "x");
      assertThatThrownBy(() -> model.embed(document))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining(document.getId())
          .hasMessageContaining("which is in none of spring.ai.openclip.picture-locations");
    }
  }

  @Test
  void badDocumentsAreNamed() throws IOException {
    OpenClipEmbeddingModel model = new OpenClipEmbeddingModel(encoder());
    Path text = Files.writeString(folder.resolve("text.png"), "hello world");
    Map<Document, String> bad =
        Map.of(
            picture(folder.resolve("missing.png").toString(), "x"),
            "which does not exist",
            picture(text.toString(), "x"),
            "is not in a supported picture format",
            new Document("x", Map.of(ClipEncoder.PICTURE, 7)),
            "must be a text",
            new Document(
                new Media(MimeTypeUtils.parseMimeType("audio/mp3"), new FileSystemResource(text)),
                Map.of()),
            "must be an image");
    bad.forEach(
        (document, message) ->
            assertThatThrownBy(() -> model.embed(document))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("the picture of document " + document.getId())
                .hasMessageContaining(message));
  }

  @Test
  void requestsForAnotherModelOrWidthAreRefused() {
    OpenClipEmbeddingModel model = new OpenClipEmbeddingModel(encoder());
    assertThatThrownBy(
            () ->
                model.call(
                    new EmbeddingRequest(
                        List.of("x"), EmbeddingOptions.builder().dimensions(256).build())))
        .hasMessage("the request asks for 256 dimensions, but emoji-RN has 192");
    assertThatThrownBy(
            () ->
                model.call(
                    new EmbeddingRequest(
                        List.of("x"), EmbeddingOptions.builder().model("other").build())))
        .hasMessage("the request names the model other, but this one is emoji-RN");
  }

  @Test
  void requestsAreObservedAsThoseOfSpringAisOwnModels() {
    ObservationRegistry registry = ObservationRegistry.create();
    List<EmbeddingModelObservationContext> seen = new ArrayList<>();
    registry
        .observationConfig()
        .observationHandler(
            new ObservationHandler<EmbeddingModelObservationContext>() {
              @Override
              public void onStop(EmbeddingModelObservationContext context) {
                seen.add(context);
              }

              @Override
              public boolean supportsContext(Observation.Context context) {
                return context instanceof EmbeddingModelObservationContext;
              }
            });
    EmbeddingResponse response =
        new OpenClipEmbeddingModel(ClipEncoder.builder(clip).observationRegistry(registry).build())
            .embedForResponse(List.of("red heart", "pizza"));

    assertThat(seen).hasSize(1);
    assertThat(seen.get(0).getName()).isEqualTo("gen_ai.client.operation");
    assertThat(seen.get(0).getResponse()).isSameAs(response);
    assertThat(seen.get(0).getLowCardinalityKeyValue("gen_ai.request.model").getValue())
        .isEqualTo("emoji-RN");
  }

  private static Document picture(String location, String caption) {
    return Document.builder().text(caption).metadata(ClipEncoder.PICTURE, location).build();
  }
}

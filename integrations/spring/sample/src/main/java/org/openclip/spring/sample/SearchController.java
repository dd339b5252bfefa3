package org.openclip.spring.sample;

import java.util.List;
import java.util.Objects;
import org.openclip.api.ClosedException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.ShutdownException;
import org.springframework.ai.content.Media;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.DocumentEmbeddingModel;
import org.springframework.ai.embedding.DocumentEmbeddingRequest;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.vectorstore.SearchRequest;
import org.springframework.ai.vectorstore.VectorStore;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The addresses that the program answers. */
@RestController
class SearchController {
  private final VectorStore pictures;
  private final EmbeddingModel texts;
  private final DocumentEmbeddingModel documents;

  SearchController(VectorStore pictures, EmbeddingModel texts, DocumentEmbeddingModel documents) {
    this.pictures = pictures;
    this.texts = texts;
    this.documents = documents;
  }

  /**
   * A picture that was found.
   *
   * @param picture the name of its file
   * @param score its cosine with the words
   */
  record Hit(String picture, double score) {}

  @GetMapping("/search")
  List<Hit> search(@RequestParam String text) {
    return pictures.similaritySearch(SearchRequest.builder().query(text).topK(5).build()).stream()
        .map(found -> new Hit(String.valueOf(found.getText()), score(found)))
        .toList();
  }

  private static double score(Document found) {
    Double score = found.getScore();
    return score == null ? 0 : score;
  }

  @GetMapping("/embed")
  float[] embed(@RequestParam String text) {
    return texts.embed(text);
  }

  @PostMapping("/embed")
  float[] embed(
      @RequestBody byte[] picture,
      @RequestHeader(name = "Content-Type", defaultValue = MediaType.IMAGE_PNG_VALUE)
          MediaType type) {
    Document document =
        new Document(new Media(type, new ByteArrayResource(picture)), java.util.Map.of());
    return documents.call(new DocumentEmbeddingRequest(document)).getResult().getOutput();
  }

  @ExceptionHandler(InvalidInputException.class)
  @ResponseStatus(HttpStatus.BAD_REQUEST)
  String badInput(InvalidInputException e) {
    return Objects.requireNonNullElse(e.getMessage(), "bad input");
  }

  @ExceptionHandler({ShutdownException.class, ClosedException.class})
  @ResponseStatus(HttpStatus.SERVICE_UNAVAILABLE)
  String ending() {
    return "the server is ending";
  }
}

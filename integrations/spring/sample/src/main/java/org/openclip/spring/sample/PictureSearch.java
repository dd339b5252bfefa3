package org.openclip.spring.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.openclip.spring.ClipEncoder;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.vectorstore.SimpleVectorStore;
import org.springframework.ai.vectorstore.VectorStore;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** The program: it puts the PNG pictures of a folder into a vector store and answers searches. */
@SpringBootApplication
public class PictureSearch {
  /** Creates the program, as Spring does. */
  public PictureSearch() {}

  /** Starts the program. */
  public static void main(String[] arguments) {
    SpringApplication.run(PictureSearch.class, arguments);
  }

  @Bean
  VectorStore pictures(EmbeddingModel model, @Value("${pictures}") Path folder) throws IOException {
    SimpleVectorStore store = SimpleVectorStore.builder(model).build();
    try (Stream<Path> files = Files.list(folder)) {
      List<Document> documents =
          files
              .filter(file -> file.toString().endsWith(".png"))
              .sorted()
              .map(
                  file ->
                      Document.builder()
                          .text(file.getFileName().toString())
                          .metadata(ClipEncoder.PICTURE, file.toAbsolutePath().toString())
                          .build())
              .toList();
      if (!documents.isEmpty()) {
        store.add(documents);
      }
    }
    return store;
  }
}

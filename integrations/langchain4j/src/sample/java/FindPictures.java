import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.store.embedding.EmbeddingSearchRequest;
import dev.langchain4j.store.embedding.inmemory.InMemoryEmbeddingStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.openclip.hub.OpenClip;
import org.openclip.langchain4j.ClipScores;
import org.openclip.langchain4j.OpenClipEmbeddingModel;

/** Finds the PNG pictures of a folder by words, with the embedded model. */
public class FindPictures {
  public static void main(String[] arguments) throws IOException {
    List<Path> files;
    try (Stream<Path> found = Files.list(Path.of(arguments[0]))) {
      files = found.filter(file -> file.toString().endsWith(".png")).sorted().toList();
    }
    try (OpenClipEmbeddingModel model =
        OpenClipEmbeddingModel.loading(OpenClip.model("emoji-RN").pretrained("embedded")).build()) {
      EmbeddingRequest.Builder pictures = EmbeddingRequest.builder();
      files.forEach(file -> pictures.input(ImageContent.from(file, "image/png")));
      InMemoryEmbeddingStore<TextSegment> store = new InMemoryEmbeddingStore<>();
      store.addAll(
          model.embed(pictures.build()).embeddings(),
          files.stream().map(file -> TextSegment.from(file.toString())).toList());

      EmbeddingSearchRequest words =
          EmbeddingSearchRequest.builder()
              .queryEmbedding(model.embed(arguments[1]).content())
              .maxResults(5)
              .build();
      store
          .search(words)
          .matches()
          .forEach(
              match ->
                  System.out.printf(
                      java.util.Locale.ROOT,
                      "score %.3f, cosine %.3f  %s%n",
                      match.score(),
                      ClipScores.cosine(match.score()),
                      match.embedded().text()));
    }
  }
}

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.hub.OpenClip;

/** Zero-shot classification: prints the probability of each label for an image. */
public class Classify {
  public static void main(String[] arguments) {
    if (arguments.length < 3) {
      System.err.println("Usage: Classify IMAGE LABEL LABEL...");
      System.exit(2);
    }
    Path image = Path.of(arguments[0]);
    List<String> labels = Arrays.asList(arguments).subList(1, arguments.length);
    // The embedded model knows emoji. For photographs: OpenClip.load("ViT-B-32", "openai")
    try (ClipModel model = OpenClip.load()) {
      Embeddings images = model.encodeImages(List.of(image));
      Embeddings texts = model.encodeTexts(labels);
      float[] probabilities = model.probabilities(images, texts)[0];
      for (int i = 0; i < probabilities.length; i++) {
        System.out.println(labels.get(i) + ": " + Math.round(100 * probabilities[i]) + "%");
      }
    }
  }
}

package org.openclip.hub.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.openclip.api.backend.Precision;
import org.openclip.api.image.PreprocessConfig;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.ClipModel;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.text.Tokens;
import org.openclip.hub.OpenClip;
import org.openclip.hub.model.FreshWeights;
import org.openclip.hub.model.ModelFolder;

/** The towers through the interface that users call. */
final class OpenClipTowers implements Towers {
  private static final String NAME = "ViT-B-32";

  private final ClipModel model;
  private final Tensor pixels;
  private final Tokens tokens;

  OpenClipTowers(Path folder, int batch, int threads) {
    this.model =
        OpenClip.model("local-dir:" + weights(folder))
            .backend(System.getProperty("openclip.backend", "onnx"))
            .precision(Precision.parse(System.getProperty("openclip.precision", "fp32")))
            .threads(threads)
            .load();
    this.pixels = Tensor.of(Towers.pixels(batch), batch, 3, SIDE, SIDE);
    this.tokens = model.tokenizer().tokenize(Captions.some(batch));
  }

  private static Path weights(Path folder) {
    Path model = folder.resolve(NAME);
    if (!Files.exists(model.resolve(ModelFolder.CONFIG))) {
      Architecture architecture = OpenClip.model(NAME).architecture();
      ModelFolder.write(
          model, architecture.config(), PreprocessConfig.DEFAULT, FreshWeights.hash(architecture));
    }
    return model;
  }

  /** Captions of usual length: eight to twelve tokens with start and end. */
  private static final class Captions {
    private static final List<String> ALL =
        List.of(
            "a man riding a wave on a surfboard",
            "two dogs playing in the snow",
            "a plate of food with rice and broccoli",
            "a red bus drives down a city street",
            "a cat sleeping on a couch",
            "a group of people flying kites on a beach",
            "a small kitchen with a stove and a window",
            "a baseball player swings his bat at the ball",
            "an old clock tower under a cloudy sky",
            "a woman with an umbrella walks in the rain",
            "a train pulls into the station",
            "a child is brushing her teeth",
            "a giraffe stands beside a tree",
            "a bowl of fruit on a wooden table",
            "three sheep graze on a green hill",
            "a laptop and a cup of coffee on a desk");

    static List<String> some(int count) {
      return ALL.subList(0, count);
    }
  }

  @Override
  public Object images() {
    return model.encodePixels(pixels);
  }

  @Override
  public Object captions() {
    return model.encodeTokens(tokens);
  }

  @Override
  public void close() {
    model.close();
  }
}

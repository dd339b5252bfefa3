package org.openclip.models.generative;

import java.util.List;
import java.util.Map;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.encoder.GenerativeEncoder;
import org.openclip.api.spi.GenerativeEncoderProvider;

/** Provides GenLIP, for configurations with {@code genlip_cfg}. */
public final class GenLipProvider implements GenerativeEncoderProvider {
  private static final String TRUNK = "genlip_cfg";

  /** Creates the provider. */
  public GenLipProvider() {}

  @Override
  public String name() {
    return "genlip";
  }

  @Override
  public boolean matches(Map<String, Object> modelConfig) {
    return modelConfig.containsKey(TRUNK);
  }

  @Override
  public GenerativeEncoder create(Map<String, Object> modelConfig) {
    ConfigReader model = new ConfigReader("", modelConfig);
    ConfigReader vision = new ConfigReader("vision_cfg", model.map("vision_cfg"));
    int patch = vision.positive("patch_size", 16);
    int side = vision.positive("image_size", 256);
    int own = side / patch * (side / patch);
    int most = vision.has("image_seq_len") ? vision.positive("image_seq_len", 1) : own;
    if (most < 1) {
      throw new InvalidConfigException(
          vision.at("image_size"), "is " + side + ", which is less than a patch of " + patch);
    }
    if (vision.positive("in_chans", 3) != 3) {
      throw new InvalidConfigException(vision.at("in_chans"), "is not 3, the colours of images");
    }
    // Named, but the reference pools by the mean whatever it says.
    vision.choice("pool_type", "avg", List.of("avg"));
    PatchEmbedding embedding = PatchEmbedding.of(vision);
    vision.finish();
    TrunkConfig trunk = TrunkConfig.of(TRUNK, model.map(TRUNK));
    GenerativeModel read =
        new GenerativeModel(
            new GenerativeEncoder.Images(patch, most),
            new GenerativeModel.Names("patch_embed", "visual.proj", "visual"),
            GenerativeModel.embedDim(model),
            embedding,
            Trunk.of(trunk),
            MultimodalRotary.of(trunk, false),
            TextConfig.of(model.map("text_cfg")));
    model.finish();
    return read;
  }
}

package org.openclip.hub.export;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.openclip.api.InvalidInputException;
import org.openclip.api.image.PreprocessConfig;
import org.openclip.api.image.PreprocessConfig.Interpolation;
import org.openclip.api.image.PreprocessConfig.ResizeMode;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.SafetensorsWriter;
import org.openclip.hub.checkpoint.TensorLayout;
import org.openclip.hub.checkpoint.WeightSource;
import org.openclip.hub.checkpoint.naming.ToTransformers;
import org.openclip.hub.definition.ModelParts;
import org.openclip.hub.definition.TransformersTowers;
import org.openclip.hub.io.AtomicFile;
import org.openclip.hub.io.JsonObjects;
import org.openclip.hub.io.ModelFiles;

/**
 * A model as Hugging Face's transformers loads it, as {@code CLIPModel} or {@code SiglipModel}:
 * {@code config.json}, {@code model.safetensors} and {@code preprocessor_config.json}.
 */
public final class TransformersFolder {
  private static final String CHECKPOINT = "model.safetensors";

  /** The start of a text in CLIP's vocabulary; its end is the next. */
  private static final int START = 49406;

  /** The library's sign that the highest id ends a text, whatever it is. */
  private static final int HIGHEST = 2;

  private static final int RED_GREEN_BLUE = 3;
  private static final int PILLOW_BILINEAR = 2;
  private static final int PILLOW_BICUBIC = 3;

  private final TransformersTowers towers;
  private final PreprocessConfig pictures;

  /**
   * Finds out whether that library has the model.
   *
   * @throws InvalidInputException when it has not, with the reason
   */
  public TransformersFolder(ModelParts parts) {
    this.towers = TransformersTowers.of(parts);
    this.pictures = parts.preprocessing();
    if (pictures.resizeMode() == ResizeMode.LONGEST) {
      throw new InvalidInputException(
          "resize_mode longest pads images, which CLIP preprocessing of transformers does not"
              + " support");
    }
  }

  /** Returns the tensors under that library's names. */
  public Weights named(Weights state) {
    return ToTransformers.of(state, towers.siglip());
  }

  /**
   * Writes the files, weights first.
   *
   * @param weights of {@link #named}
   * @param metadata free text about them
   */
  public List<Path> write(Path folder, WeightSource weights, Map<String, String> metadata) {
    List<Path> written = new ArrayList<>();
    written.add(folder.resolve(CHECKPOINT));
    // The library asks in which framework a file was saved.
    Map<String, String> all = new LinkedHashMap<>(Map.of("format", "pt"));
    all.putAll(metadata);
    SafetensorsWriter.write(written.get(0), weights, all);
    written.add(json(folder.resolve(ModelFiles.TRANSFORMERS), config(weights)));
    written.add(json(folder.resolve(ModelFiles.PREPROCESSOR), preprocessor()));
    return written;
  }

  private static Path json(Path file, Map<String, Object> object) {
    byte[] text = JsonObjects.write(object).getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(file, channel -> channel.write(ByteBuffer.wrap(text)));
    return file;
  }

  private Map<String, Object> config(WeightSource weights) {
    Map<String, TensorLayout> layout = weights.layout();
    boolean siglip = towers.siglip();
    Map<String, Object> text = tower(siglip ? "siglip_text_model" : "clip_text_model");
    TensorLayout tokens =
        Objects.requireNonNull(layout.get("text_model.embeddings.token_embedding.weight"));
    TensorLayout places =
        Objects.requireNonNull(layout.get("text_model.embeddings.position_embedding.weight"));
    fill(text, layout, "text_model.", towers.text());
    long vocabulary = tokens.shape().get(0);
    text.put("vocab_size", vocabulary);
    text.put("max_position_embeddings", places.shape().get(0));
    if (!siglip) {
      boolean own = vocabulary == START + 2;
      text.put("bos_token_id", own ? START : 0);
      text.put("eos_token_id", own ? START + 1 : HIGHEST);
      text.put("pad_token_id", 1);
    }
    Map<String, Object> vision = tower(siglip ? "siglip_vision_model" : "clip_vision_model");
    fill(vision, layout, "vision_model.", towers.vision());
    TensorLayout patches =
        Objects.requireNonNull(layout.get("vision_model.embeddings.patch_embedding.weight"));
    vision.put("image_size", pictures.height());
    vision.put("patch_size", patches.shape().get(2));
    vision.put("num_channels", RED_GREEN_BLUE);
    (siglip ? List.of(text) : List.of(text, vision))
        .forEach(t -> t.put(siglip ? "projection_size" : "projection_dim", towers.width()));
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("architectures", List.of(siglip ? "SiglipModel" : "CLIPModel"));
    config.put("model_type", siglip ? "siglip" : "clip");
    config.put("initializer_factor", 1.0);
    if (!siglip) {
      config.put("projection_dim", towers.width());
      config.put("logit_scale_init_value", towers.logitScale());
    }
    config.put("torch_dtype", type(tokens));
    config.put("text_config", text);
    config.put("vision_config", vision);
    return config;
  }

  private static Map<String, Object> tower(String type) {
    Map<String, Object> tower = new LinkedHashMap<>();
    tower.put("model_type", type);
    tower.put("attention_dropout", 0.0);
    return tower;
  }

  private static void fill(
      Map<String, Object> tower,
      Map<String, TensorLayout> layout,
      String scope,
      TransformersTowers.Tower facts) {
    String first = scope + "encoder.layers.0.mlp.fc1.weight";
    Predicate<String> layer =
        name -> name.matches(scope + "encoder\\.layers\\.\\d+\\.mlp\\.fc1\\.weight");
    List<Long> widths = Objects.requireNonNull(layout.get(first)).shape();
    tower.put("hidden_size", widths.get(1));
    tower.put("intermediate_size", widths.get(0));
    tower.put("num_hidden_layers", layout.keySet().stream().filter(layer).count());
    tower.put("num_attention_heads", facts.heads());
    tower.put("hidden_act", facts.activation());
    tower.put("layer_norm_eps", facts.epsilon());
  }

  private static String type(TensorLayout tensor) {
    return switch (tensor.type()) {
      case FLOAT16 -> "float16";
      case BFLOAT16 -> "bfloat16";
      default -> "float32";
    };
  }

  private Map<String, Object> preprocessor() {
    boolean crop = pictures.resizeMode() == ResizeMode.SHORTEST;
    Map<String, Object> size = Map.of("height", pictures.height(), "width", pictures.width());
    Map<String, Object> json = new LinkedHashMap<>();
    boolean own = towers.siglip() && !crop;
    json.put("image_processor_type", own ? "SiglipImageProcessor" : "CLIPImageProcessor");
    json.put("processor_class", towers.siglip() ? "SiglipProcessor" : "CLIPProcessor");
    json.put("do_convert_rgb", true);
    json.put("do_resize", true);
    json.put("size", crop ? Map.of("shortest_edge", pictures.height()) : size);
    boolean linear = pictures.interpolation().evaluated() == Interpolation.BILINEAR;
    json.put("resample", linear ? PILLOW_BILINEAR : PILLOW_BICUBIC);
    json.put("do_center_crop", crop);
    if (crop) {
      json.put("crop_size", size);
    }
    json.put("do_rescale", true);
    json.put("rescale_factor", 1.0 / 255);
    json.put("do_normalize", true);
    json.put("image_mean", pictures.mean());
    json.put("image_std", pictures.std());
    return json;
  }
}

package org.openclip.models.timm;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.Suggestions;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.encoder.Encoded;
import org.openclip.api.encoder.EncoderContext;
import org.openclip.api.encoder.ImageEncoder;
import org.openclip.api.encoder.LayerGroup;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.NeuralOp.GeluForm;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.Weights;
import org.openclip.models.clip.Sides;

/**
 * OpenCLIP's adapter of timm's models: a trunk, and a projection that is either the trunk's own
 * classifier or a head behind it: an attention pool ({@code timm_pool} abs_attn or rot_attn), a
 * projection ({@code timm_proj} linear or mlp), or both.
 */
final class TimmImageEncoder implements ImageEncoder {
  private final int height;
  private final int width;
  private final TimmTrunk trunk;
  private final String projection;
  private final boolean projectionBias;
  private final double dropout;
  private final int embedDim;
  private final PatchBudget budget;
  private final @Nullable GridAttentionPool attentionPool;

  TimmImageEncoder(EncoderContext context, List<TimmFamily> families) {
    ConfigReader reader = new ConfigReader("vision_cfg", context.config());
    // The towers of the reference that are not timm's read these.
    reader.ignore(
        "encoder",
        "timm_model_pretrained",
        "layers",
        "width",
        "head_width",
        "mlp_ratio",
        "patch_size",
        "output_tokens");
    int[] size = Sides.of(reader, "image_size", 224);
    height = size[0];
    width = size[1];
    embedDim = context.embedDim();
    String pool = reader.string("timm_pool", "avg");
    projection = projection(reader, context);
    projectionBias = reader.bool("timm_proj_bias", false);
    dropout = TrunkOptions.rate(reader, "timm_drop", 0);
    boolean custom = pool.equals("abs_attn") || pool.equals("rot_attn");
    boolean head = projection.equals("linear") || projection.equals("mlp");
    boolean created = !head && !custom;
    int classes = created && projection.isEmpty() ? embedDim : 0;
    String name = reader.string("timm_model_name", "");
    TimmFamily family = family(name, families);
    Map<String, Object> options = reader.map("timm_model_kwargs");
    @Nullable Double dropPath =
        reader.has("timm_drop_path") ? TrunkOptions.rate(reader, "timm_drop_path", 0) : null;
    double patchDrop = TrunkOptions.rate(reader, "patch_dropout", 0);
    budget = PatchBudget.of(reader);
    reader.finish();
    trunk =
        family.create(
            new TimmTrunk.Request(
                name,
                height,
                width,
                trunkPool(pool, created, custom),
                created,
                classes,
                dropPath,
                patchDrop,
                options));
    attentionPool = custom ? attentionPool(pool) : null;
  }

  /** Returns the pooling that the trunk is asked for; null for its own. */
  private static @Nullable String trunkPool(String pool, boolean created, boolean custom) {
    if (custom) {
      return "";
    }
    return pool.isEmpty() && !created ? null : pool;
  }

  private GridAttentionPool attentionPool(String pool) {
    if (trunk.poolSide() == 0) {
      throw new InvalidConfigException(
          "vision_cfg.timm_pool",
          "is " + pool + ", which needs a convolutional model; leave it empty for the model's own");
    }
    return new GridAttentionPool(trunk.poolSide(), pool.equals("rot_attn"), embedDim);
  }

  /** Returns the projection; a key that is there but null means the trunk's own classifier. */
  private static String projection(ConfigReader reader, EncoderContext context) {
    boolean isNull =
        context.config().containsKey("timm_proj") && context.config().get("timm_proj") == null;
    return reader.choice("timm_proj", isNull ? "" : "linear", List.of("linear", "mlp", "none", ""));
  }

  private static TimmFamily family(String name, List<TimmFamily> families) {
    Map<String, TimmFamily> known = new TreeMap<>();
    families.forEach(family -> family.names().forEach(n -> known.put(n, family)));
    TimmFamily family = known.get(name);
    if (family == null) {
      List<String> near = Suggestions.nearest(name, known.keySet());
      String remedy = near.isEmpty() ? "" : "; did you mean " + String.join(" or ", near) + "?";
      throw new InvalidConfigException(
          "vision_cfg.timm_model_name",
          "'" + name + "' is not known" + remedy + " Known: " + String.join(", ", known.keySet()));
    }
    return family;
  }

  @Override
  public int height() {
    return height;
  }

  @Override
  public int width() {
    return width;
  }

  @Override
  public Encoded encode(GraphBuilder g, Value pixels) {
    return new Encoded(project(g, trunk.encode(g.scope("trunk"), pixels)), null);
  }

  @Override
  public List<LayerGroup> layerGroups() {
    List<LayerGroup> groups = new ArrayList<>();
    trunk.layerGroups().forEach(group -> groups.add(group.within("trunk")));
    groups.add(LayerGroup.of("head", "trunk\\..*"));
    groups.add(LayerGroup.of(LayerGroup.PROJECTION, "head\\..*"));
    return groups;
  }

  /** Returns {@code image_seq_len}, which only NaFlex towers take notice of; 0 for none. */
  PatchBudget budget() {
    return budget;
  }

  /** Returns the trunk. */
  TimmTrunk trunk() {
    return trunk;
  }

  /** Writes the head behind what the trunk yields. */
  Value project(GraphBuilder g, Value trunkFeatures) {
    GraphBuilder head = g.scope("head");
    Value features =
        attentionPool == null
            ? trunkFeatures
            : attentionPool.encode(head.scope("pool"), trunkFeatures);
    return switch (projection) {
      case "linear" -> {
        long in = features.shape().size(-1);
        Value dropped = g.dropout(features, dropout);
        yield Layers.linear(head, "proj", dropped, embedDim, projectionBias, Layers.uniform(in));
      }
      case "mlp" -> {
        GraphBuilder mlp = head.scope("mlp");
        Value hidden = g.gelu(Layers.linear(mlp, "fc1", features, 2L * embedDim), GeluForm.ERF);
        yield Layers.linear(
            mlp,
            "fc2",
            g.dropout(hidden, dropout),
            embedDim,
            projectionBias,
            Layers.uniform(2L * embedDim));
      }
      default -> features;
    };
  }

  @Override
  public Weights fit(Weights weights, String prefix) {
    return trunk.fit(weights, prefix + "trunk.");
  }
}

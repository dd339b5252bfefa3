package org.openclip.models.timm;

import java.util.List;
import java.util.Map;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.encoder.LayerGroup;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;

/**
 * timm's NaFlex transformer over patches of spectrograms: rotary positions of two axes, frequency
 * and time, in the place of a table, and map pooling.
 */
public final class NaFlexAudioTrunk {
  private static final String PATH = "audio_cfg.naflexvit_cfg";

  private final NaFlexBody body;

  /** Reads the trunk's options, {@code audio_cfg.naflexvit_cfg}. */
  public NaFlexAudioTrunk(Map<String, Object> options) {
    ConfigReader reader = new ConfigReader(PATH, options);
    // Without a table of positions, other kinds would have none at all.
    reader.choice("rope_type", "axial", List.of("axial"));
    String pool = reader.choice("global_pool", "map", List.of("map", "avg", "token"));
    double drop = TrunkOptions.rate(reader, "drop_path_rate", 0);
    body = new NaFlexOptions(reader, "axial").body(pool, pool, drop);
    reader.finish();
  }

  /** Returns the parameters in groups, from the input to the output. */
  public List<LayerGroup> layerGroups() {
    return TimmTrunk.transformerGroups("embeds.*", body.blocks().depth());
  }

  /**
   * Writes the trunk.
   *
   * @param g a builder in the trunk's scope
   * @param patches {@code float[batch, length, numbers]}
   * @param coordinates {@code int64[batch, length, 2]}: row and column of each patch
   * @param valid {@code bool[batch, length]}: whether there is a patch
   * @return {@code [batch, width]}
   */
  public Value encode(GraphBuilder g, Value patches, Value coordinates, Value valid) {
    Value embedded =
        TransformerBlocks.linear(
            g.scope("embeds"), "proj", patches, body.blocks().width(), !body.normBefore());
    return body.encode(g, embedded, coordinates, valid);
  }
}

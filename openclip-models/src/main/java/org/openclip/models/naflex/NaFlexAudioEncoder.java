package org.openclip.models.naflex;

import java.util.ArrayList;
import java.util.List;
import org.openclip.api.audio.AudioPatcher;
import org.openclip.api.encoder.Encoded;
import org.openclip.api.encoder.EncoderContext;
import org.openclip.api.encoder.LayerGroup;
import org.openclip.api.encoder.PatchAudioEncoder;
import org.openclip.api.graph.ArithmeticOp.UnaryFunction;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Layers;
import org.openclip.api.graph.NeuralOp.GeluForm;
import org.openclip.api.graph.Value;

/**
 * NaFlexCLAP's audio tower: a NaFlex transformer on the patches of a spectrogram of any length, and
 * a perceptron.
 */
final class NaFlexAudioEncoder implements PatchAudioEncoder {
  private static final String VIT = "encoder.vit";

  private final NaFlexAudioConfig config;
  private final int embedDim;

  NaFlexAudioEncoder(EncoderContext context) {
    config = NaFlexAudioConfig.of(context.config());
    embedDim = context.embedDim();
  }

  @Override
  public AudioPatcher patcher() {
    return config.patches();
  }

  @Override
  public List<LayerGroup> layerGroups() {
    List<LayerGroup> groups = new ArrayList<>();
    config.trunk().layerGroups().forEach(group -> groups.add(group.within(VIT)));
    groups.add(LayerGroup.of("head", "encoder\\.vit\\..*"));
    groups.add(LayerGroup.of(LayerGroup.PROJECTION, "proj\\..*"));
    return groups;
  }

  @Override
  public Encoded encodePatches(GraphBuilder g, Value patches, Value coordinates, Value valid) {
    Value pooled = config.trunk().encode(g.scope(VIT), patches, coordinates, valid);
    Value features = config.normed() ? g.l2Normalize(pooled) : pooled;
    GraphBuilder proj = g.scope("proj");
    Value inner = Layers.linear(proj, "0", features, embedDim);
    Value active = config.relu() ? g.unary(inner, UnaryFunction.RELU) : g.gelu(inner, GeluForm.ERF);
    return new Encoded(Layers.linear(proj, "2", active, embedDim), null);
  }
}

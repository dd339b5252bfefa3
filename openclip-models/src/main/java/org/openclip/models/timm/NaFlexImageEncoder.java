package org.openclip.models.timm;

import java.util.List;
import org.openclip.api.encoder.Encoded;
import org.openclip.api.encoder.LayerGroup;
import org.openclip.api.encoder.PatchImageEncoder;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;
import org.openclip.api.image.PatchResampling;
import org.openclip.api.tensor.Weights;

/**
 * OpenCLIP's adapter around a {@link NaFlexTrunk}: pixels of one size as other towers take them, or
 * patches of pictures of any size.
 *
 * @param adapter the adapter
 * @param trunk its trunk
 */
record NaFlexImageEncoder(TimmImageEncoder adapter, NaFlexTrunk trunk)
    implements PatchImageEncoder {
  @Override
  public int height() {
    return adapter.height();
  }

  @Override
  public int width() {
    return adapter.width();
  }

  @Override
  public int patchSize() {
    return trunk.patchSize();
  }

  @Override
  public int maxPatches() {
    int given = adapter.budget().most();
    return given > 0 ? given : height() / patchSize() * (width() / patchSize());
  }

  @Override
  public int maxPatches(int height, int width) {
    int given = adapter.budget().of(height, width, patchSize());
    return given > 0 ? given : maxPatches();
  }

  @Override
  public PatchResampling resampling(int pixels) {
    return new PatchResampling(pixels, patchSize(), trunk.filter());
  }

  @Override
  public Encoded encode(GraphBuilder graph, Value pixels) {
    return adapter.encode(graph, pixels);
  }

  @Override
  public Encoded encodePatches(GraphBuilder graph, Value patches, Value coordinates, Value valid) {
    Value features = trunk.encode(graph.scope("trunk"), patches, coordinates, valid);
    return new Encoded(adapter.project(graph, features), null);
  }

  @Override
  public List<LayerGroup> layerGroups() {
    return adapter.layerGroups();
  }

  @Override
  public Weights fit(Weights weights, String prefix) {
    return adapter.fit(weights, prefix);
  }
}

package org.openclip.train.plan;

import org.openclip.api.encoder.AudioEncoder;
import org.openclip.api.encoder.Encoded;
import org.openclip.api.encoder.PatchAudioEncoder;
import org.openclip.api.encoder.SpectrogramEncoder;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Narrowing;
import org.openclip.api.graph.Value;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.ClapArchitecture;
import org.openclip.api.spi.LossProvider;
import org.openclip.api.tensor.DataType;

/**
 * The graph of an audio tower in training. It is fed {@link ClapArchitecture#SPECTROGRAM}, or
 * patches under the names that images of any shape have. A tower that is trained on masked
 * spectrograms is fed {@link #KEPT_BANDS} and {@link #KEPT_FRAMES}, too.
 */
public final class SoundTower {
  /** The name of the input {@code float[batch, bands]}: 1 for bands that are not masked. */
  public static final String KEPT_BANDS = "kept_bands";

  /** The name of the input {@code float[batch, frames]}: 1 for frames that are not masked. */
  public static final String KEPT_FRAMES = "kept_frames";

  /** The number of patches of a batch; a symbol of its own, since texts have another length. */
  private static final Dim LENGTH = Dim.symbol("patches");

  private SoundTower() {}

  /** Writes the graph. */
  static Graph of(AudioEncoder encoder) {
    GraphBuilder graph = new GraphBuilder("image");
    Encoded encoded =
        switch (encoder) {
          case SpectrogramEncoder tower -> encode(graph, tower);
          case PatchAudioEncoder tower -> encode(graph, tower);
        };
    graph.output(LossProvider.IMAGE_FEATURES, graph.l2Normalize(encoded.features()));
    return Narrowing.of(graph.build());
  }

  private static Encoded encode(GraphBuilder graph, SpectrogramEncoder tower) {
    Dim bands = Dim.of(tower.preprocessor().bands());
    Dim frames = Dim.of(tower.preprocessor().frames());
    Value levels =
        graph.input(ClapArchitecture.SPECTROGRAM, DataType.FLOAT32, Dim.BATCH, bands, frames);
    Value kept = null;
    if (tower.masks().isPresent()) {
      Value rows = graph.input(KEPT_BANDS, DataType.FLOAT32, Dim.BATCH, bands);
      Value columns = graph.input(KEPT_FRAMES, DataType.FLOAT32, Dim.BATCH, frames);
      kept = graph.times(graph.unsqueeze(rows, 2), graph.unsqueeze(columns, 1));
    }
    return tower.encodeInTraining(graph.scope("audio"), levels, kept);
  }

  private static Encoded encode(GraphBuilder graph, PatchAudioEncoder tower) {
    Dim numbers = Dim.of(tower.patcher().numbers());
    Value patches = graph.input(Architecture.PATCHES, DataType.FLOAT32, Dim.BATCH, LENGTH, numbers);
    Value places =
        graph.input(Architecture.PATCH_COORDINATES, DataType.INT64, Dim.BATCH, LENGTH, Dim.of(2));
    Value valid = graph.input(Architecture.PATCH_VALID, DataType.BOOL, Dim.BATCH, LENGTH);
    return tower.encodePatches(graph.scope("audio"), patches, places, valid);
  }
}

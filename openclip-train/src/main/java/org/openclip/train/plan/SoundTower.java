package org.openclip.train.plan;

import org.openclip.api.encoder.AudioEncoder;
import org.openclip.api.encoder.Encoded;
import org.openclip.api.encoder.PatchAudioEncoder;
import org.openclip.api.encoder.SpectrogramBatch;
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
 * spectrograms is fed {@link #KEPT_BANDS} and {@link #KEPT_FRAMES}, too, and one that fuses longer
 * sounds {@link #LONGER_ROWS}, {@link #IS_LONGER} and {@link #LONGER_PLACES}.
 */
public final class SoundTower {
  /** The name of the input {@code float[batch, bands]}: 1 for bands that are not masked. */
  public static final String KEPT_BANDS = "kept_bands";

  /** The name of the input {@code float[batch, frames]}: 1 for frames that are not masked. */
  public static final String KEPT_FRAMES = "kept_frames";

  /** The name of the input {@code int64[longer]}: the rows of sounds longer than a clip. */
  public static final String LONGER_ROWS = "longer_rows";

  /** The name of the input {@code bool[batch]}: whether a sound is longer than a clip. */
  public static final String IS_LONGER = "is_longer";

  /** The name of the input {@code int64[batch]}: where a sound is among the longer ones. */
  public static final String LONGER_PLACES = "longer_places";

  private static final Dim LONGER = Dim.symbol("longer");

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
    SpectrogramEncoder trained = tower.longer().orElse(tower);
    Dim rows = Dim.of(trained.preprocessor().bands());
    Dim frames = Dim.of(trained.preprocessor().frames());
    Value levels =
        graph.input(ClapArchitecture.SPECTROGRAM, DataType.FLOAT32, Dim.BATCH, rows, frames);
    Value kept = null;
    if (tower.masks().isPresent()) {
      Dim bands = Dim.of(tower.preprocessor().bands());
      Value keptBands = graph.input(KEPT_BANDS, DataType.FLOAT32, Dim.BATCH, bands);
      Value keptFrames = graph.input(KEPT_FRAMES, DataType.FLOAT32, Dim.BATCH, frames);
      kept = graph.times(graph.unsqueeze(keptBands, 2), graph.unsqueeze(keptFrames, 1));
    }
    SpectrogramBatch.Longer longer =
        tower.longer().isEmpty()
            ? null
            : new SpectrogramBatch.Longer(
                graph.input(LONGER_ROWS, DataType.INT64, LONGER),
                graph.input(IS_LONGER, DataType.BOOL, Dim.BATCH),
                graph.input(LONGER_PLACES, DataType.INT64, Dim.BATCH));
    return trained.encodeInTraining(
        graph.scope("audio"), new SpectrogramBatch(levels, kept, longer));
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

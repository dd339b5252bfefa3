package org.openclip.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.openclip.api.encoder.PatchImageEncoder;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.LeafOp.Parameter;
import org.openclip.api.graph.Value;
import org.openclip.api.image.PatchGrid;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;

/** What a tower must do, besides, that takes pictures of any size as lists of patches. */
public abstract class PatchImageEncoderContract extends ImageEncoderContract {
  private static final double TOLERANCE = 1e-5;

  @Test
  void bothGraphsHaveTheSameParameters() {
    assertThat(patchTower().graph().parameters())
        .extracting(Parameter::name)
        .containsExactlyInAnyOrderElementsOf(
            tower().graph().parameters().stream().map(Parameter::name).toList());
  }

  @Test
  void aListOfAllPatchesGivesWhatThePictureGives() {
    PatchImageEncoder encoder = (PatchImageEncoder) encoder();
    Array picture = Array.normal(new Random(3), 1, 3, encoder.height(), encoder.width());
    double[] expected = run(tower(), picture).data();
    int all = grid(encoder).size();

    // given places for more patches than there are, which count for nothing
    double[] exact = run(patchTower(), encoder, picture, all);
    double[] padded = run(patchTower(), encoder, picture, all + 3);

    assertThat(exact).containsExactly(expected, within(TOLERANCE));
    assertThat(padded).containsExactly(expected, within(TOLERANCE));
  }

  private static PatchGrid grid(PatchImageEncoder encoder) {
    int side = encoder.patchSize();
    return new PatchGrid(encoder.height() / side, encoder.width() / side, side);
  }

  private Tower patchTower() {
    PatchImageEncoder encoder = (PatchImageEncoder) encoder();
    GraphBuilder graph = new GraphBuilder("patches");
    Dim numbers = Dim.of(3L * encoder.patchSize() * encoder.patchSize());
    Value patches = graph.input("patches", DataType.FLOAT32, Dim.BATCH, Dim.LENGTH, numbers);
    Value places = graph.input("places", DataType.INT64, Dim.BATCH, Dim.LENGTH, Dim.of(2));
    Value valid = graph.input("valid", DataType.BOOL, Dim.BATCH, Dim.LENGTH);
    return Tower.of(graph, encoder.encodePatches(graph.scope("visual"), patches, places, valid));
  }

  private static double[] run(Tower tower, PatchImageEncoder encoder, Array picture, int length) {
    PatchGrid grid = grid(encoder);
    int numbers = 3 * encoder.patchSize() * encoder.patchSize();
    float[] pixels = picture.tensor(DataType.FLOAT32).toFloats();
    float[] patches = new float[length * numbers];
    grid.cut(FloatBuffer.wrap(pixels), FloatBuffer.wrap(patches, 0, grid.size() * numbers));
    Array places = Array.zeros(1, length, 2);
    Array valid = Array.zeros(1, length);
    for (int p = 0; p < grid.size(); p++) {
      int row = p / grid.columns();
      places.data()[2 * p] = row;
      places.data()[2 * p + 1] = p % grid.columns();
      valid.data()[p] = 1;
    }
    return tower
        .features(
            Map.of(
                "patches", Tensor.of(patches, 1, length, numbers),
                "places", places.tensor(DataType.INT64),
                "valid", valid.tensor(DataType.BOOL)))
        .data();
  }
}

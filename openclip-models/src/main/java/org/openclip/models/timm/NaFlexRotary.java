package org.openclip.models.timm;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.graph.ArithmeticOp.Reduction;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.models.attention.CoordinateRotary;
import org.openclip.models.attention.Rotary;

/**
 * Rotary positions of patches (Su et al. 2021, arXiv 2104.09864; for images Fang et al. 2023, arXiv
 * 2303.11331): one half of a head's channels turns by the row of a patch, the other by its column.
 *
 * @param headWidth the width of a head, divisible by 4
 * @param temperature the base of the falling frequencies
 * @param offset what is added to each row and column
 * @param columnFirst whether the first half turns by the column
 * @param referenceSide the side of the grid at pretraining, to which rows and columns of all grids
 *     are scaled; 0 for none
 */
record NaFlexRotary(
    int headWidth, double temperature, double offset, boolean columnFirst, int referenceSide) {
  /**
   * Reads {@code rope_type} and what belongs to it.
   *
   * @param otherwise the default of {@code rope_type}
   * @return null for none
   */
  static @Nullable NaFlexRotary of(ConfigReader reader, int headWidth, String otherwise) {
    List<String> types = List.of("", "none", "axial");
    boolean axial = reader.choice("rope_type", otherwise, types).equals("axial");
    NaFlexRotary rotary =
        new NaFlexRotary(
            headWidth,
            reader.number("rope_temperature", 10_000),
            reader.number("rope_grid_offset", 0),
            reader.choice("rope_grid_indexing", "ij", List.of("ij", "xy")).equals("xy"),
            reader.integer("rope_ref_feat_shape", 0));
    if (axial && headWidth % 4 != 0) {
      throw new InvalidConfigException(
          reader.at("num_heads"),
          "gives heads of width %s, but rotary positions of two axes need a multiple of 4"
              .formatted(headWidth));
    }
    return axial ? rotary : null;
  }

  /**
   * Returns what turns queries and keys.
   *
   * @param coordinates {@code int64[batch, length, 2]}: row and column of each patch; zeros behind
   *     an image's last
   * @param before how many tokens before the patches stay as they are
   */
  Rotary at(GraphBuilder g, Value coordinates, int before) {
    double[] falling = CoordinateRotary.falling(headWidth / 4, temperature);
    double[][] frequencies = new double[2][headWidth / 2];
    System.arraycopy(falling, 0, frequencies[columnFirst ? 1 : 0], 0, falling.length);
    System.arraycopy(falling, 0, frequencies[columnFirst ? 0 : 1], falling.length, falling.length);
    return new CoordinateRotary(frequencies, Rotary.Pairing.NEIGHBOURS)
        .at(g, scaled(g, coordinates), before);
  }

  private Value scaled(GraphBuilder g, Value coordinates) {
    if (offset == 0 && referenceSide == 0) {
      return coordinates;
    }
    Value places = g.cast(coordinates, DataType.FLOAT32);
    Value moved = g.plus(places, g.constant(offset));
    if (referenceSide == 0) {
      return moved;
    }
    Value sides = g.plus(g.reduce(places, Reduction.MAX, true, 1), g.constant(1));
    return g.times(g.divide(moved, sides), g.constant(referenceSide));
  }
}

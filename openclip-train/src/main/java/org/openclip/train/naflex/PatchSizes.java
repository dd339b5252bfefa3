package org.openclip.train.naflex;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.image.PatchResampling;

/**
 * The sizes of patches that images are cut into (Beyer et al. 2022, FlexiViT, arXiv 2212.08013).
 * One is drawn for each batch. Patches of other sizes than the model's are converted to it.
 */
public final class PatchSizes {
  private final int own;
  private final Weighted sizes;
  private final Map<Integer, PatchResampling> conversions;

  private PatchSizes(int own, Weighted sizes, IntFunction<PatchResampling> conversion) {
    this.own = own;
    this.sizes = sizes;
    this.conversions =
        sizes.values().stream()
            .distinct()
            .filter(size -> size != own)
            .collect(Collectors.toUnmodifiableMap(size -> size, conversion::apply));
  }

  /** Returns the model's size alone. */
  public static PatchSizes of(int own) {
    return of(own, List.of(own), List.of(), PatchSizes::none);
  }

  /**
   * Returns sizes to draw from.
   *
   * @param own the side length of the model's patches, in pixels
   * @param sizes the side lengths to draw from, in pixels; evaluations use the first one
   * @param weights how often each of them is drawn; empty for equally often
   * @param conversion converts patches of another size to the model's
   * @throws InvalidInputException when there is no size, one is below 1, or weights do not fit
   */
  public static PatchSizes of(
      int own, List<Integer> sizes, List<Double> weights, IntFunction<PatchResampling> conversion) {
    if (sizes.isEmpty() || sizes.stream().anyMatch(size -> size < 1)) {
      throw new InvalidInputException(
          "the patch sizes %s are invalid; give at least one, each at least 1".formatted(sizes));
    }
    return new PatchSizes(own, Weighted.of(sizes, weights), conversion);
  }

  private static PatchResampling none(int size) {
    throw new InvalidInputException("patches of " + size + " pixels cannot be converted");
  }

  /** Returns the side length of the model's patches, in pixels. */
  public int own() {
    return own;
  }

  /** Returns the side lengths to draw from, in pixels. */
  public List<Integer> all() {
    return sizes.values();
  }

  /** Returns the side length of patches in evaluations, in pixels. */
  public int evaluation() {
    return sizes.values().get(0);
  }

  /** Draws a side length. */
  int draw(SplittableRandom random) {
    return sizes.draw(random);
  }

  /** Returns what converts patches of one of the sizes to the model's; null for the model's own. */
  @Nullable PatchResampling conversion(int size) {
    return conversions.get(size);
  }
}

package org.openclip.api.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openclip.api.image.ImageArea;
import org.openclip.api.tensor.Tensor;

/**
 * What an image tower computes for each patch of one image. Patches are in the order of rows, then
 * columns.
 */
public final class DenseFeatures {
  private final Embeddings tokens;
  private final Embeddings features;
  private final @Nullable Tensor attention;
  private final HeatMap places;

  /**
   * Creates the features of an image.
   *
   * @param tokens one row for each patch, as wide as the tower
   * @param features one row for each patch, as wide as the embeddings of the model
   * @param attention {@code float32[heads, patches]}; null for a tower without attention
   * @param places a map whose numbers are not read: the grid of the patches, and where it lies
   */
  public DenseFeatures(
      Embeddings tokens, Embeddings features, @Nullable Tensor attention, HeatMap places) {
    this.tokens = tokens;
    this.features = features;
    this.attention = attention;
    this.places = places;
  }

  /** Returns the number of rows of patches. */
  public int rows() {
    return places.rows();
  }

  /** Returns the number of columns of patches. */
  public int columns() {
    return places.columns();
  }

  /** Returns what the grid of patches covers, in pixels of the image. */
  public ImageArea area() {
    return places.area();
  }

  /**
   * Returns the patch tokens: the sequence that the tower pools, without class tokens and
   * registers. For a ViT of open_clip that is what {@code output_tokens=True} returns.
   */
  public Embeddings tokens() {
    return tokens;
  }

  /** Returns the patches in the space of the model's embeddings, not normalised. */
  public Embeddings features() {
    return features;
  }

  /**
   * Returns the attention map of each head, {@code float32[heads, patches]}: the weights with which
   * the last attention mixes the patches into the pooled vector. Empty for a tower without
   * attention. A head's weights sum up to 1 together with those of class tokens and registers.
   */
  public Optional<Tensor> attention() {
    return Optional.ofNullable(attention);
  }

  /** Returns the mean of the attention maps of all heads; empty for a tower without attention. */
  public Optional<HeatMap> attentionMap() {
    return attention().map(weights -> map(mean(weights.toFloats(), rows() * columns())));
  }

  private static float[] mean(float[] weights, int patches) {
    float[] mean = new float[patches];
    int heads = weights.length / patches;
    for (int patch = 0; patch < patches; patch++) {
      double sum = 0;
      for (int head = 0; head < heads; head++) {
        sum += weights[head * patches + patch];
      }
      mean[patch] = (float) (sum / heads);
    }
    return mean;
  }

  /**
   * Returns the cosine similarity of each patch with each text.
   *
   * @param texts embeddings of the same model
   * @return one map for each text
   */
  public List<HeatMap> similarities(Embeddings texts) {
    float[][] cosines = features.cosine(texts);
    List<HeatMap> maps = new ArrayList<>();
    for (int text = 0; text < texts.size(); text++) {
      float[] values = new float[cosines.length];
      for (int patch = 0; patch < values.length; patch++) {
        values[patch] = cosines[patch][text];
      }
      maps.add(map(values));
    }
    return maps;
  }

  private HeatMap map(float[] values) {
    return new HeatMap(
        rows(), columns(), values, area(), places.imageWidth(), places.imageHeight());
  }
}

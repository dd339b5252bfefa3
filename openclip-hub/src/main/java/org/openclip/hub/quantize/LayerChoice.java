package org.openclip.hub.quantize;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.ClipModel;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.quantize.Calibration.Answers;

/**
 * The choice of the layers that get 8 bits, by what each loses. A tower whose layers may all have 8
 * bits, so that its embeddings stay near enough to those in float32, needs no choice. In another
 * one each layer is rounded alone, and its loss is one minus the mean cosine. Then those that lose
 * most stay in float, as few as it takes: one, two, four, and so on.
 */
public final class LayerChoice {
  private final Weights weights;
  private final Calibration calibration;
  private final Function<Weights, ClipModel> models;
  private final Answers exact;
  private final Cosines least;
  private final Tower image;
  private final Tower text;

  /** One tower while its layers are chosen. */
  private static final class Tower {
    final List<String> layers;
    final Map<String, Double> losses = new LinkedHashMap<>();
    Set<String> integers;
    boolean settled;

    Tower(List<String> layers) {
      this.layers = layers;
      this.integers = new LinkedHashSet<>(layers);
    }

    void keep(int floats) {
      List<String> worst = new ArrayList<>(layers);
      worst.sort(Comparator.comparingDouble((String layer) -> losses.getOrDefault(layer, 0.0)));
      integers = new LinkedHashSet<>(worst.subList(0, Math.max(0, worst.size() - floats)));
    }
  }

  /**
   * What was chosen.
   *
   * @param integers the names of the weights that get 8 bits
   * @param losses what each layer of a tower loses alone; empty when no tower needed a choice
   */
  public record Chosen(Set<String> integers, Map<String, Double> losses) {
    /** Copies the collections. */
    public Chosen {
      integers = Set.copyOf(integers);
      losses = new LinkedHashMap<>(losses);
    }
  }

  private LayerChoice(
      Architecture architecture,
      Weights weights,
      Calibration calibration,
      Function<Weights, ClipModel> models,
      Cosines least) {
    this.weights = weights;
    this.calibration = calibration;
    this.models = models;
    this.least = least;
    this.image = new Tower(LinearLayers.ofImages(architecture));
    this.text = new Tower(LinearLayers.ofTexts(architecture));
    try (ClipModel model = models.apply(weights)) {
      this.exact = calibration.ask(model);
    }
  }

  /**
   * Chooses layers.
   *
   * @param weights of the model in float
   * @param calibration what is measured by
   * @param models opens the model with other weights; it is closed here
   * @param least how near the embeddings of both towers must be to those in float32
   * @param progress is told how many models have been tried
   */
  public static Chosen choose(
      Architecture architecture,
      Weights weights,
      Calibration calibration,
      Function<Weights, ClipModel> models,
      Cosines least,
      LongConsumer progress) {
    LayerChoice choice = new LayerChoice(architecture, weights, calibration, models, least);
    return choice.run(progress);
  }

  private Chosen run(LongConsumer progress) {
    settle();
    progress.accept(1);
    if (!image.settled || !text.settled) {
      measure(progress);
    }
    for (int floats = 1; !image.settled || !text.settled; floats *= 2) {
      for (Tower tower : List.of(image, text)) {
        if (!tower.settled) {
          tower.keep(floats);
        }
      }
      settle();
      progress.accept(1);
    }
    Set<String> integers = new LinkedHashSet<>(image.integers);
    integers.addAll(text.integers);
    Map<String, Double> losses = new LinkedHashMap<>(image.losses);
    losses.putAll(text.losses);
    return new Chosen(integers, losses);
  }

  /** Tries the layers that are chosen by now. */
  private void settle() {
    List<String> both = new ArrayList<>(image.integers);
    both.addAll(text.integers);
    Answers rounded = ask(both);
    image.settled |= settled(image, Cosines.of(exact.images(), rounded.images()));
    text.settled |= settled(text, Cosines.of(exact.texts(), rounded.texts()));
  }

  private boolean settled(Tower tower, Cosines cosines) {
    return tower.integers.isEmpty() || cosines.reach(least);
  }

  /** Rounds one layer of each tower at a time. */
  private void measure(LongConsumer progress) {
    int most = Math.max(size(image), size(text));
    for (int i = 0; i < most; i++) {
      List<String> alone = new ArrayList<>();
      String ofImages = i < size(image) ? image.layers.get(i) : null;
      String ofTexts = i < size(text) ? text.layers.get(i) : null;
      if (ofImages != null) {
        alone.add(ofImages);
      }
      if (ofTexts != null) {
        alone.add(ofTexts);
      }
      Answers rounded = ask(alone);
      if (ofImages != null) {
        image.losses.put(ofImages, 1 - Cosines.of(exact.images(), rounded.images()).mean());
      }
      if (ofTexts != null) {
        text.losses.put(ofTexts, 1 - Cosines.of(exact.texts(), rounded.texts()).mean());
      }
      progress.accept(1);
    }
  }

  private static int size(Tower tower) {
    return tower.settled ? 0 : tower.layers.size();
  }

  private Answers ask(Collection<String> integers) {
    Weights rounded = QuantizedWeights.of(weights, new LinkedHashSet<>(integers));
    try (ClipModel model = models.apply(rounded)) {
      return calibration.ask(model);
    }
  }
}

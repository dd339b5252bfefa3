package org.openclip.train.benchmark.measurement;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.train.benchmark.data.BenchmarkData;
import org.openclip.train.benchmark.data.BenchmarkSamples;

/**
 * The image features of a split, with their labels or captions.
 *
 * @param data where they come from
 * @param images {@code float[n, width]}, not normalised
 * @param labels for each picture the number of its class, -1 without one
 * @param several for each picture a number for each class, 0 for none; empty without several
 * @param captions for each picture, for retrieval; empty otherwise
 */
public record BenchmarkFeatures(
    BenchmarkData data,
    Embeddings images,
    List<Integer> labels,
    List<List<Double>> several,
    List<List<String>> captions) {
  /** Copies the lists. */
  public BenchmarkFeatures {
    labels = List.copyOf(labels);
    several = List.copyOf(several);
    captions = List.copyOf(captions);
  }

  /**
   * Embeds a split.
   *
   * @param samples of the split, from the first
   * @param batch how many pictures are decoded and encoded together
   * @param progress is told how many pictures are done, batch by batch
   * @throws InvalidInputException when there is not one sample
   */
  public static BenchmarkFeatures of(
      ClipModel model,
      BenchmarkData data,
      BenchmarkSamples samples,
      int batch,
      LongConsumer progress) {
    List<Embeddings> images = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    List<List<Double>> several = new ArrayList<>();
    List<List<String>> captions = new ArrayList<>();
    for (List<BenchmarkSamples.Sample> some = samples.next(batch);
        !some.isEmpty();
        some = samples.next(batch)) {
      images.add(
          model.encodePictures(some.stream().map(BenchmarkSamples.Sample::picture).toList()));
      for (BenchmarkSamples.Sample sample : some) {
        labels.add(sample.label());
        several.add(sample.labels());
        captions.add(sample.captions());
      }
      progress.accept(some.size());
    }
    if (images.isEmpty()) {
      throw new InvalidInputException(data.location() + " has no samples in its shards");
    }
    return new BenchmarkFeatures(data, Embeddings.concat(images), labels, several, captions);
  }

  /** Returns all captions, one after the other. */
  public List<String> texts() {
    return captions.stream().flatMap(List::stream).toList();
  }

  /** Returns for each caption the row of its picture. */
  int[] owners() {
    int[] owners = new int[captions.stream().mapToInt(List::size).sum()];
    int at = 0;
    for (int i = 0; i < captions.size(); i++) {
      Arrays.fill(owners, at, at += captions.get(i).size(), i);
    }
    return owners;
  }

  /**
   * Returns the labels of several classes, checked to be as many as the classes.
   *
   * @throws InvalidInputException when a picture has another number of them
   */
  public List<List<Double>> several(int classes) {
    for (int i = 0; i < several.size(); i++) {
      if (several.get(i).size() != classes) {
        throw new InvalidInputException(
            "picture %s of %s has %s labels for %s classes"
                .formatted(i, data.location(), several.get(i).size(), classes));
      }
    }
    return several;
  }
}

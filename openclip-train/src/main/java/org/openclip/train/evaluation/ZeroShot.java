package org.openclip.train.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.model.ZeroShotClassifier;
import org.openclip.train.data.Batch;

/** Measures zero-shot classification. */
public final class ZeroShot {
  /** Yields batches of images whose tokens are the number of their class, one for each. */
  public interface Batches {
    /** Returns the next batch; null after the last. */
    @Nullable Batch next();
  }

  private ZeroShot() {}

  /**
   * Returns the class embeddings: one unit vector for each class, the mean over its prompts.
   * Classes may have the same name, as two pairs of ImageNet's classes do.
   *
   * @param names of the classes, in the order of their numbers
   * @param templates prompt templates with {@code {}} for the name
   */
  public static Embeddings classes(ClipModel model, List<String> names, List<String> templates) {
    return classes(model::encodeTexts, names, templates);
  }

  /**
   * Returns the class embeddings of any model of texts.
   *
   * @param encoder encodes texts
   * @param names of the classes, in the order of their numbers
   * @param templates prompt templates with {@code {}} for the name
   */
  public static Embeddings classes(
      Function<List<String>, Embeddings> encoder, List<String> names, List<String> templates) {
    List<String> different = names.stream().distinct().toList();
    Embeddings rows = ZeroShotClassifier.classes(encoder, different, templates);
    if (different.size() == names.size()) {
      return rows;
    }
    List<Embeddings> all = new ArrayList<>();
    for (String name : names) {
      all.add(Embeddings.of(rows.width(), rows.row(different.indexOf(name))));
    }
    return Embeddings.concat(all);
  }

  /**
   * Returns top-1 and top-5 accuracy and mean per-class recall. Of equal scores, the class with the
   * smaller number comes first.
   *
   * @param classes one row for each class, as {@link #classes} makes them
   * @param samples whose captions are the numbers of the classes
   * @param progress is told how many images were judged, chunk by chunk
   * @throws InvalidInputException when a caption is no number of a class
   */
  public static Map<String, Double> metrics(
      ClipModel model, Embeddings classes, DecodedSamples samples, LongConsumer progress) {
    Tally tally = new Tally(classes.size());
    for (DecodedSamples.Chunk some = samples.next(); some != null; some = samples.next()) {
      long[] labels = some.captions().stream().mapToLong(c -> label(c, classes.size())).toArray();
      add(tally, model.encodePictures(some.pictures()).cosine(classes), labels);
      progress.accept(labels.length);
    }
    return tally.metrics();
  }

  /**
   * Reads the number of a class.
   *
   * @param classes how many there are
   * @throws InvalidInputException when it is none
   */
  public static int label(String text, int classes) {
    String digits = text.strip();
    if (!digits.matches("\\d{1,9}") || Integer.parseInt(digits) >= classes) {
      throw new InvalidInputException(
          "the class '%s' is not a number from 0 to %s".formatted(digits, classes - 1));
    }
    return Integer.parseInt(digits);
  }

  /**
   * Returns the counts from which the numbers are made.
   *
   * @param progress is told how many images were judged, batch by batch
   */
  public static Tally tally(
      PairModel model, Embeddings classes, Batches batches, LongConsumer progress) {
    Tally tally = new Tally(classes.size());
    for (Batch batch = batches.next(); batch != null; batch = batches.next()) {
      Embeddings pictures = model.embed(batch.images());
      add(tally, pictures.cosine(classes), batch.texts().toLongs());
      progress.accept(batch.size());
    }
    return tally;
  }

  private static void add(Tally tally, float[][] cosines, long[] labels) {
    for (int i = 0; i < cosines.length; i++) {
      tally.add(cosines[i], Math.toIntExact(labels[i]));
    }
  }
}

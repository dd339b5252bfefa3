package org.openclip.api.model;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.function.Function;
import org.openclip.api.InvalidInputException;

/**
 * A zero-shot classifier: each class is the mean of the unit embeddings of its prompts (Radford et
 * al. 2021, arXiv 2103.00020, section 3.1.4). Immutable and thread-safe. It does not own the model.
 */
public final class ZeroShotClassifier {
  /** The placeholder of the class name in a template. */
  public static final String PLACE = "{}";

  /** Enough for full batches; few enough that a long list of labels does not fill the memory. */
  private static final int PROMPTS_AT_ONCE = 1024;

  private final ClipModel model;
  private final List<String> labels;
  private final Embeddings classes;

  private ZeroShotClassifier(ClipModel model, List<String> labels, Embeddings classes) {
    this.model = model;
    this.labels = labels;
    this.classes = classes;
  }

  /** Creates a classifier whose prompts are the labels themselves. */
  public static ZeroShotClassifier create(ClipModel model, List<String> labels) {
    return create(model, labels, List.of(PLACE));
  }

  /**
   * Creates a classifier that averages several prompts for each label.
   *
   * @param labels the names of the classes, at least one, all different
   * @param templates prompt templates with {@code {}} for the name, such as {@code a photo of a {}}
   * @throws InvalidInputException when labels or templates are missing, or a template has no
   *     placeholder
   */
  public static ZeroShotClassifier create(
      ClipModel model, List<String> labels, List<String> templates) {
    return new ZeroShotClassifier(
        model, List.copyOf(labels), classes(model::encodeTexts, labels, templates));
  }

  /**
   * Returns the embeddings of classes, one unit vector for each label, of any model of texts.
   *
   * @param encoder encodes texts
   * @param labels the names of the classes, at least one, all different
   * @param templates prompt templates with {@code {}} for the name
   * @throws InvalidInputException when labels or templates are missing, or a template has no
   *     placeholder
   */
  public static Embeddings classes(
      Function<List<String>, Embeddings> encoder, List<String> labels, List<String> templates) {
    if (labels.isEmpty() || templates.isEmpty()) {
      throw new InvalidInputException("a classifier needs at least one label and one template");
    }
    if (new HashSet<>(labels).size() != labels.size()) {
      throw new InvalidInputException("two labels are the same; give each class its own name");
    }
    List<Embeddings> classes = new ArrayList<>();
    int together = Math.max(1, PROMPTS_AT_ONCE / templates.size());
    for (int from = 0; from < labels.size(); from += together) {
      List<String> some = labels.subList(from, Math.min(labels.size(), from + together));
      List<String> prompts = some.stream().flatMap(l -> prompts(l, templates).stream()).toList();
      Embeddings rows = encoder.apply(prompts).normalised();
      for (int i = 0; i < some.size(); i++) {
        classes.add(mean(rows, i * templates.size(), templates.size()));
      }
    }
    return Embeddings.concat(classes).normalised();
  }

  /**
   * Returns the prompts of a label, one for each template.
   *
   * @param templates prompt templates with {@code {}} for the label
   * @throws InvalidInputException when a template has no placeholder
   */
  public static List<String> prompts(String label, List<String> templates) {
    List<String> prompts = new ArrayList<>();
    for (String template : templates) {
      if (!template.contains(PLACE)) {
        throw new InvalidInputException(
            "template '" + template + "' has no " + PLACE + " for the label");
      }
      prompts.add(template.replace(PLACE, label));
    }
    return prompts;
  }

  private static Embeddings mean(Embeddings rows, int from, int count) {
    float[] sum = new float[rows.width()];
    for (int i = from; i < from + count; i++) {
      float[] row = rows.row(i);
      for (int j = 0; j < sum.length; j++) {
        sum[j] += row[j] / count;
      }
    }
    return Embeddings.of(sum.length, sum);
  }

  /** Returns the names of the classes, in the order of the columns. */
  public List<String> labels() {
    return labels;
  }

  /** Returns the embeddings of the classes, one unit vector for each. */
  public Embeddings classes() {
    return classes;
  }

  /** Returns the probability of each class (column) for each image (row). */
  public float[][] classify(Embeddings images) {
    return model.probabilities(images, classes);
  }
}

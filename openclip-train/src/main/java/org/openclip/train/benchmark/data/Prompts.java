package org.openclip.train.benchmark.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.hub.io.JsonObjects;
import org.openclip.train.benchmark.python.PythonFormat;

/**
 * The prompts of a data set's classes.
 *
 * @param classes the names, in the order of their numbers
 * @param templates prompts with {@code {c}} in the place of the name, for all classes; empty when
 *     each class has prompts of its own
 * @param own the prompts of each class by its name; empty when templates serve all
 */
public record Prompts(List<String> classes, List<String> templates, Map<String, List<String>> own) {
  private static final String NAME = "c";

  /** Whose templates stand for those of a data set that a file does not name. */
  private static final String DEFAULT = "imagenet1k";

  /** Enough for full batches; few enough that a long list of classes does not fill the memory. */
  private static final int TOGETHER = 1024;

  /** Checks that there is something to say of each class. */
  public Prompts {
    classes = List.copyOf(classes);
    templates = List.copyOf(templates);
    own = Collections.unmodifiableMap(new LinkedHashMap<>(own));
    if (classes.isEmpty() || (templates.isEmpty() && own.isEmpty())) {
      throw new InvalidInputException("a data set without class names or prompts has no classes");
    }
  }

  /**
   * Returns the prompts of a data set, as files that a user names or it itself gives them.
   *
   * @param dataset such as {@code wds/vtab/cifar10}
   * @param templateFile JSON with, for each data set, a list of templates or a list of prompts for
   *     each class; null for the data set's own
   * @throws InvalidInputException when neither gives any
   */
  public static Prompts of(BenchmarkData data, String dataset, @Nullable Path templateFile) {
    List<String> classes =
        data.classes().orElseThrow(() -> missing(data, "classnames.txt", "classname"));
    if (templateFile == null) {
      List<String> templates =
          data.templates()
              .orElseThrow(
                  () -> missing(data, "zeroshot_classification_templates.txt", "template"));
      return new Prompts(classes, templates, Map.of());
    }
    List<String> keys = keys(dataset);
    keys.add(DEFAULT);
    Object found = find(templateFile, keys);
    if (!(found instanceof Map<?, ?> byClass)) {
      return new Prompts(classes, texts(templateFile, found), Map.of());
    }
    Map<String, List<String>> own = new LinkedHashMap<>();
    byClass.forEach((name, list) -> own.put(String.valueOf(name), texts(templateFile, list)));
    return new Prompts(classes, List.of(), own);
  }

  /**
   * Returns the class names of a data set in a file.
   *
   * @param file JSON with a list of names for each data set
   * @param dataset such as {@code wds/vtab/cifar10}
   * @throws InvalidFileException when there are none
   */
  public static List<String> classes(Path file, String dataset) {
    return texts(file, find(file, keys(dataset)));
  }

  /** Returns the names under which files may have a data set. */
  private static List<String> keys(String dataset) {
    List<String> keys = new ArrayList<>(List.of(dataset));
    if (dataset.matches("(?:wds|vtab|tfds)/.+")) {
      keys.add(dataset.substring(dataset.indexOf('/') + 1));
    }
    return keys;
  }

  private static InvalidInputException missing(BenchmarkData data, String file, String option) {
    return new InvalidInputException(
        "%s has no %s; set --custom_%s_file to a file".formatted(data.location(), file, option));
  }

  private static Object find(Path file, List<String> keys) {
    Map<String, Object> json = JsonObjects.read(file);
    return keys.stream()
        .map(json::get)
        .filter(value -> value != null)
        .findFirst()
        .orElseThrow(
            () -> new InvalidFileException(file.toString(), -1, "has none of the keys " + keys));
  }

  private static List<String> texts(Path file, @Nullable Object list) {
    if (list instanceof List<?> many && many.stream().allMatch(String.class::isInstance)) {
      return many.stream().map(String::valueOf).toList();
    }
    throw new InvalidFileException(
        file.toString(), -1, "contains " + list + " instead of a list of texts");
  }

  /** Returns what the results call the templates: a list, or a list for each class. */
  public Object described() {
    return own.isEmpty() ? templates : own;
  }

  /** Returns one unit vector for each class: the mean of its prompts' unit vectors, scaled. */
  public Embeddings classifier(ClipModel model) {
    List<Embeddings> rows = new ArrayList<>();
    List<String> waiting = new ArrayList<>();
    List<Integer> counts = new ArrayList<>();
    for (String name : classes) {
      List<String> prompts = of(name);
      waiting.addAll(prompts);
      counts.add(prompts.size());
      if (waiting.size() >= TOGETHER) {
        rows.add(means(model, waiting, counts));
        waiting.clear();
        counts.clear();
      }
    }
    if (!waiting.isEmpty()) {
      rows.add(means(model, waiting, counts));
    }
    return Embeddings.concat(rows);
  }

  private static Embeddings means(ClipModel model, List<String> prompts, List<Integer> counts) {
    Embeddings rows = model.encodeTexts(prompts).normalised();
    float[] all = rows.toArray();
    int width = rows.width();
    float[] means = new float[counts.size() * width];
    int row = 0;
    for (int c = 0; c < counts.size(); c++) {
      for (int i = 0; i < counts.get(c); i++, row++) {
        for (int j = 0; j < width; j++) {
          means[c * width + j] += all[row * width + j] / counts.get(c);
        }
      }
    }
    return Embeddings.of(width, means).normalised();
  }

  private List<String> of(String name) {
    if (own.isEmpty()) {
      return templates.stream()
          .map(template -> PythonFormat.fill(template, Map.of(NAME, name)))
          .toList();
    }
    List<String> prompts = own.get(name);
    if (prompts == null || prompts.isEmpty()) {
      throw new InvalidInputException(
          "the template file has no prompt for the class '" + name + "'");
    }
    return prompts;
  }
}

package org.openclip.train.benchmark.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.hub.io.JsonObjects;

/**
 * The prompts of a data set's classes.
 *
 * @param classes the names, in the order of their numbers
 * @param templates prompts with {@code {c}} in the place of the name, for all classes; empty when
 *     each class has prompts of its own
 * @param own the prompts of each class by its name; empty when templates serve all
 */
public record Prompts(List<String> classes, List<String> templates, Map<String, List<String>> own) {
  private static final String NAME = "{c}";

  /** Whose templates stand for those of a data set that a file does not name. */
  private static final String DEFAULT = "imagenet1k";

  /** Enough for full batches; few enough that a long list of classes does not fill the memory. */
  private static final int TOGETHER = 1024;

  /** Checks that there is something to say of each class. */
  public Prompts {
    classes = List.copyOf(classes);
    templates = List.copyOf(templates);
    own = Map.copyOf(own);
    if (classes.isEmpty() || (templates.isEmpty() && own.isEmpty())) {
      throw new InvalidInputException("a data set without class names or prompts has no classes");
    }
  }

  /**
   * Returns the prompts of a data set, as files that a user names or it itself gives them.
   *
   * @param dataset such as {@code wds/vtab/cifar10}
   * @param classFile JSON with a list of names for each data set; null for the data set's own
   * @param templateFile JSON with, for each data set, a list of templates or a list of prompts for
   *     each class; null for the data set's own
   * @throws InvalidInputException when neither gives any
   */
  public static Prompts of(
      BenchmarkData data, String dataset, @Nullable Path classFile, @Nullable Path templateFile) {
    List<String> keys = new ArrayList<>(List.of(dataset));
    if (dataset.matches("(?:wds|vtab|tfds)/.+")) {
      keys.add(dataset.substring(dataset.indexOf('/') + 1));
    }
    List<String> classes =
        classFile == null
            ? data.classes().orElseThrow(() -> missing(data, "classnames.txt", "classname"))
            : texts(classFile, find(classFile, keys));
    if (templateFile == null) {
      List<String> templates =
          data.templates()
              .orElseThrow(
                  () -> missing(data, "zeroshot_classification_templates.txt", "template"));
      return new Prompts(classes, templates, Map.of());
    }
    keys.add(DEFAULT);
    Object found = find(templateFile, keys);
    if (!(found instanceof Map<?, ?> byClass)) {
      return new Prompts(classes, texts(templateFile, found), Map.of());
    }
    Map<String, List<String>> own = new HashMap<>();
    byClass.forEach((name, list) -> own.put(String.valueOf(name), texts(templateFile, list)));
    return new Prompts(classes, List.of(), own);
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
      return templates.stream().map(template -> fill(template, name)).toList();
    }
    List<String> prompts = own.get(name);
    if (prompts == null || prompts.isEmpty()) {
      throw new InvalidInputException(
          "the template file has no prompt for the class '" + name + "'");
    }
    return prompts;
  }

  /** Fills a template in as {@code str.format(c=name)} does; doubled braces stand for one. */
  public static String fill(String template, String name) {
    StringBuilder prompt = new StringBuilder();
    int at = 0;
    while (at < template.length()) {
      char c = template.charAt(at);
      if (template.startsWith(NAME, at)) {
        prompt.append(name);
        at += NAME.length();
      } else if (c != '{' && c != '}') {
        prompt.append(c);
        at++;
      } else if (at + 1 < template.length() && template.charAt(at + 1) == c) {
        prompt.append(c);
        at += 2;
      } else {
        throw new InvalidInputException(
            "template '%s' has a brace that is neither part of {c} nor doubled"
                .formatted(template));
      }
    }
    return prompt.toString();
  }
}

package org.openclip.hub.quantize;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openclip.api.backend.Processor;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.LeafOp.Parameter;
import org.openclip.api.image.Image;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.ClipModel;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.quantize.Calibration.Answers;

/**
 * What rounding to 8 bits costs and gains: for each tower the cosines to float32, bytes and
 * milliseconds, and for both how often they choose the same label.
 */
public final class QuantizationReport {
  /** As many pictures or texts as servers usually run together. */
  private static final int BATCH = 16;

  private final Map<String, Object> facts = new LinkedHashMap<>();

  private QuantizationReport() {}

  /**
   * What is measured by.
   *
   * @param calibration pictures and texts; the texts are the labels too
   * @param labelled pictures of known classes; null for none
   */
  public record Questions(Calibration calibration, @Nullable Labelled labelled) {}

  /**
   * Pictures of known classes.
   *
   * @param pictures decoded pictures
   * @param classes the class of each, as an index into the labels
   * @param labels the names of the classes
   * @param templates prompts with {@code {}} in the place of a label
   */
  public record Labelled(
      List<Image> pictures, List<Integer> classes, List<String> labels, List<String> templates) {
    /** Copies the lists. */
    public Labelled {
      pictures = List.copyOf(pictures);
      classes = List.copyOf(classes);
      labels = List.copyOf(labels);
      templates = List.copyOf(templates);
    }
  }

  /**
   * Measures a model of 8 bits beside the same in float32.
   *
   * @param exact the model in float32
   * @param floats its weights
   * @param rounded the model in int8
   * @param integers its weights
   * @param losses what each layer loses alone; empty where that was not measured
   */
  public static QuantizationReport measure(
      ClipModel exact,
      Weights floats,
      ClipModel rounded,
      Weights integers,
      Map<String, Double> losses,
      Questions questions) {
    QuantizationReport report = new QuantizationReport();
    Calibration calibration = questions.calibration();
    report.facts.put("version", QuantizedFormat.VERSION);
    report.facts.put("backend", rounded.backend());
    report.facts.put("processor", Processor.current().toString());
    report.facts.put("pictures", calibration.pictures().size());
    report.facts.put("texts", calibration.texts().size());
    Answers expected = calibration.ask(exact);
    Answers actual = calibration.ask(rounded);
    Architecture architecture = exact.architecture();
    Graph images = architecture.patchGraph().orElseGet(architecture::imageGraph);
    Map<String, Object> image =
        tower(images, floats, integers, LinearLayers.ofImages(architecture));
    image.put("cosine", Cosines.of(expected.images(), actual.images()).toJson());
    addTimes(image, TowerTimes.ofImages(exact, rounded, 1), 1);
    addTimes(image, TowerTimes.ofImages(exact, rounded, BATCH), BATCH);
    Map<String, Object> text =
        tower(architecture.textGraph(), floats, integers, LinearLayers.ofTexts(architecture));
    text.put("cosine", Cosines.of(expected.texts(), actual.texts()).toJson());
    addTimes(text, TowerTimes.ofTexts(exact, rounded, 1), 1);
    addTimes(text, TowerTimes.ofTexts(exact, rounded, BATCH), BATCH);
    report.facts.put("image_tower", image);
    report.facts.put("text_tower", text);
    report.facts.put("same_label", sameLabel(expected, actual));
    Labelled labelled = questions.labelled();
    if (labelled != null) {
      report.facts.put("labelled", labelled(exact, rounded, labelled));
    }
    if (!losses.isEmpty()) {
      report.facts.put("loss_of_each_layer_alone", losses);
    }
    return report;
  }

  private static Map<String, Object> tower(
      Graph graph, Weights floats, Weights integers, List<String> layers) {
    Map<String, Object> tower = new LinkedHashMap<>();
    List<String> kept =
        layers.stream().filter(name -> integers.get(name).scales().isEmpty()).toList();
    tower.put("layers", layers.size());
    tower.put("layers_in_float", kept);
    tower.put("bytes_fp32", bytes(graph, floats, true));
    tower.put("bytes_int8", bytes(graph, integers, false));
    return tower;
  }

  private static long bytes(Graph graph, Weights weights, boolean widened) {
    long bytes = 0;
    for (Parameter parameter : graph.parameters()) {
      Tensor tensor = weights.get(parameter.name());
      bytes +=
          widened && tensor.real()
              ? Float.BYTES * tensor.count()
              : tensor.bytes() + tensor.scales().map(Tensor::bytes).orElse(0L);
    }
    return bytes;
  }

  private static void addTimes(Map<String, Object> tower, TowerTimes times, int batch) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("fp32", times.exact());
    json.put("int8", times.rounded());
    tower.put("milliseconds_batch_" + batch, json);
  }

  private static double sameLabel(Answers expected, Answers actual) {
    int[] some = LabelledPictures.best(expected.images(), expected.texts());
    int[] others = LabelledPictures.best(actual.images(), actual.texts());
    int same = 0;
    for (int i = 0; i < some.length; i++) {
      same += some[i] == others[i] ? 1 : 0;
    }
    return (double) same / some.length;
  }

  private static Map<String, Object> labelled(
      ClipModel exact, ClipModel rounded, Labelled labelled) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("pictures", labelled.pictures().size());
    json.put("classes", labelled.labels().size());
    Map<String, LabelledPictures> models = new LinkedHashMap<>();
    models.put("fp32", answers(exact, labelled));
    models.put("int8", answers(rounded, labelled));
    Map<String, Double> top1 = new LinkedHashMap<>();
    Map<String, Double> retrieval = new LinkedHashMap<>();
    models.forEach((name, answers) -> top1.put(name, answers.top1()));
    models.forEach((name, answers) -> retrieval.put(name, answers.retrieval()));
    json.put("top1", top1);
    json.put("retrieval", retrieval);
    return json;
  }

  private static LabelledPictures answers(ClipModel model, Labelled labelled) {
    return new LabelledPictures(
        model.encodePictures(labelled.pictures()),
        labelled.classes(),
        LabelledPictures.labels(model, labelled.labels(), labelled.templates()));
  }

  /** Returns everything as JSON has it. */
  public Map<String, Object> toJson() {
    return facts;
  }

  /** Returns the lines of a table for people: its head, and one for each tower. */
  public List<List<String>> rows() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "tower",
            "int8 layers",
            "cosine mean",
            "worst",
            "MB fp32",
            "int8",
            "ms fp32, 1",
            "int8",
            "ms fp32, " + BATCH,
            "int8"));
    for (String tower : List.of("image_tower", "text_tower")) {
      rows.add(row(tower.substring(0, tower.indexOf('_')), map(facts.get(tower))));
    }
    return rows;
  }

  private static List<String> row(String name, Map<?, ?> tower) {
    int layers = (int) number(tower, "layers");
    int kept = ((List<?>) Objects.requireNonNull(tower.get("layers_in_float"))).size();
    Map<?, ?> cosine = map(tower.get("cosine"));
    Map<?, ?> one = map(tower.get("milliseconds_batch_1"));
    Map<?, ?> many = map(tower.get("milliseconds_batch_" + BATCH));
    return List.of(
        name,
        (layers - kept) + " of " + layers,
        decimals(number(cosine, "mean"), 5),
        decimals(number(cosine, "worst"), 5),
        decimals(number(tower, "bytes_fp32") / 1e6, 1),
        decimals(number(tower, "bytes_int8") / 1e6, 1),
        decimals(number(one, "fp32"), 1),
        decimals(number(one, "int8"), 1),
        decimals(number(many, "fp32"), 1),
        decimals(number(many, "int8"), 1));
  }

  /** Returns sentences about what both towers answer together. */
  public List<String> sentences() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "the same label (of %s) for %s of %s pictures"
            .formatted(
                facts.get("texts"), percent(number(facts, "same_label")), facts.get("pictures")));
    if (facts.get("labelled") instanceof Map<?, ?> labelled) {
      Map<?, ?> top1 = map(labelled.get("top1"));
      Map<?, ?> retrieval = map(labelled.get("retrieval"));
      lines.add(
          "top-1 of %s pictures among %s classes: fp32 %s, int8 %s"
              .formatted(
                  labelled.get("pictures"),
                  labelled.get("classes"),
                  percent(number(top1, "fp32")),
                  percent(number(top1, "int8"))));
      lines.add(
          "a picture of the class ranks first for its name: fp32 %s, int8 %s"
              .formatted(percent(number(retrieval, "fp32")), percent(number(retrieval, "int8"))));
    }
    return lines;
  }

  private static Map<?, ?> map(@Nullable Object value) {
    return value instanceof Map<?, ?> map ? map : Map.of();
  }

  private static double number(Map<?, ?> map, String key) {
    return map.get(key) instanceof Number number ? number.doubleValue() : Double.NaN;
  }

  private static String decimals(double number, int decimals) {
    return String.format(Locale.ROOT, "%." + decimals + "f", number);
  }

  private static String percent(double share) {
    return decimals(100 * share, 1) + "%";
  }
}

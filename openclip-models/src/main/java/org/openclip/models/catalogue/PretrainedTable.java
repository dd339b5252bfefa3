package org.openclip.models.catalogue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.openclip.api.config.PretrainedTag;

/**
 * The table of pretrained weights: a line each, of model, tag, the statistics by which pictures are
 * normalised, interpolation, resize mode, activation, hub repository (and file; two with a plus
 * sign between them when each tower has its own), and URL if any.
 */
final class PretrainedTable {
  private static final String TWIN = "-quickgelu";

  private static final Map<String, List<List<Double>>> STATISTICS =
      Map.of(
          "openai",
          List.of(
              List.of(0.48145466, 0.4578275, 0.40821073),
              List.of(0.26862954, 0.26130258, 0.27577711)),
          "imagenet",
          List.of(List.of(0.485, 0.456, 0.406), List.of(0.229, 0.224, 0.225)),
          "half",
          List.of(List.of(0.5, 0.5, 0.5), List.of(0.5, 0.5, 0.5)),
          "none",
          List.of(List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0)));

  private PretrainedTable() {}

  /**
   * Returns the tags of all lines, and after them those of the models with QuickGELU: weights that
   * were trained with it go by the name of the plain model and by that of its twin.
   */
  static List<PretrainedTag> read(Stream<String> lines) {
    List<PretrainedTag> tags = new ArrayList<>(lines.map(PretrainedTable::tag).toList());
    tags.addAll(
        tags.stream()
            .filter(PretrainedTag::quickGelu)
            .map(tag -> tag.withModel(tag.model() + TWIN))
            .toList());
    return tags;
  }

  private static PretrainedTag tag(String line) {
    String[] cells = line.split(" ", -1);
    List<String> locations = new ArrayList<>();
    locations.add("hf-hub:" + cells[6].replace("+", " + hf-hub:"));
    if (cells.length > 7) {
      locations.add(cells[7]);
    }
    return new PretrainedTag(
        cells[0], cells[1], locations, cells[5].equals("quickgelu"), preprocess(cells));
  }

  private static Map<String, Object> preprocess(String[] cells) {
    Map<String, Object> preprocess = new LinkedHashMap<>();
    List<List<Double>> statistics = STATISTICS.get(cells[2]);
    if (statistics != null) {
      preprocess.put("mean", statistics.get(0));
      preprocess.put("std", statistics.get(1));
      preprocess.put("interpolation", cells[3]);
      preprocess.put("resize_mode", cells[4]);
    }
    return preprocess;
  }
}

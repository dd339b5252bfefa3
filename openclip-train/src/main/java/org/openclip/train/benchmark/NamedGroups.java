package org.openclip.train.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.openclip.api.InvalidFileException;

/** The names under which CLIP_benchmark groups data sets and models, and files of names. */
final class NamedGroups {
  private static final List<String> ROBUSTNESS =
      List.of("imagenetv2", "imagenet_sketch", "imagenet-a", "imagenet-r", "objectnet");

  private static final List<String> VTAB =
      vtab(
          "caltech101 cifar100 clevr_count_all clevr_closest_object_distance"
              + " diabetic_retinopathy dmlab dsprites_label_orientation dsprites_label_x_position"
              + " dtd eurosat kitti_closest_vehicle_distance flowers pets pcam resisc45"
              + " smallnorb_label_azimuth smallnorb_label_elevation",
          "sun397",
          "vtab/svhn");

  private static final List<String> VTAB_PLUS =
      join(
          List.of("imagenet1k"),
          ROBUSTNESS,
          List.of("fer2013", "voc2007", "voc2007_multilabel", "sun397", "cars", "fgvc_aircraft"),
          List.of("mnist", "stl10", "gtsrb", "country211", "renderedsst2"),
          List.of("vtab/caltech101", "vtab/cifar10", "vtab/cifar100"),
          vtab(
              "clevr_count_all clevr_closest_object_distance diabetic_retinopathy dmlab"
                  + " dsprites_label_orientation dsprites_label_x_position dtd eurosat"
                  + " kitti_closest_vehicle_distance flowers pets pcam resisc45"
                  + " smallnorb_label_azimuth smallnorb_label_elevation svhn"));

  private static final List<String> SUGAR_CREPE =
      Stream.of(
              "add_att",
              "add_obj",
              "replace_att",
              "replace_obj",
              "replace_rel",
              "swap_att",
              "swap_obj")
          .map(kind -> "sugar_crepe/" + kind)
          .toList();

  private static final List<String> CAPTIONED = List.of("mscoco_captions", "flickr8k", "flickr30k");

  /** Data sets by the name of their group. */
  private static final Map<String, List<String>> DATASETS =
      Map.of(
          "vtab", VTAB,
          "vtab+", VTAB_PLUS,
          "retrieval", CAPTIONED,
          "imagenet_robustness", ROBUSTNESS,
          "sugar_crepe", SUGAR_CREPE,
          "wds", wds());

  /** Models with their weights by the name of their group. */
  private static final Map<String, List<String>> MODELS =
      Map.of(
          "openai",
          List.of("ViT-B-32,openai", "ViT-B-16,openai", "ViT-L-14,openai", "ViT-L-14-336,openai"),
          "openclip_base",
          List.of(
              "ViT-B-32-quickgelu,laion400m_e32",
              "ViT-B-32,laion2b_e16",
              "ViT-B-32,laion2b_s34b_b79k",
              "ViT-B-16,laion400m_e32",
              "ViT-B-16-plus-240,laion400m_e32",
              "ViT-L-14,laion400m_e32",
              "ViT-L-14,laion2b_s32b_b82k",
              "ViT-H-14,laion2b_s32b_b79k",
              "ViT-g-14,laion2b_s12b_b42k"),
          "openclip_multilingual",
          List.of(
              "xlm-roberta-base-ViT-B-32,laion5b_s13b_b90k",
              "xlm-roberta-large-ViT-H-14,frozen_laion5b_s13b_b90k"));

  private NamedGroups() {}

  private static List<String> vtab(String names, String... others) {
    List<String> all = new ArrayList<>();
    for (String name : names.split(" ", -1)) {
      all.add("vtab/" + name);
    }
    all.addAll(List.of(others));
    return List.copyOf(all);
  }

  @SafeVarargs
  private static List<String> join(List<String>... lists) {
    List<String> all = new ArrayList<>();
    for (List<String> list : lists) {
      all.addAll(list);
    }
    return List.copyOf(all);
  }

  /** Returns every data set that the hub has in WebDataset form. */
  private static List<String> wds() {
    List<String> all = new ArrayList<>(CAPTIONED);
    all.addAll(VTAB_PLUS);
    all.add("imagenet-o");
    all.add("vtab/dsprites_label_y_position");
    return all.stream().map(name -> "wds/" + name).toList();
  }

  /** Returns the name under which the hub has a data set: some lie below {@code vtab/} alone. */
  static String published(String name) {
    List<String> all = DATASETS.getOrDefault("wds", List.of());
    return !all.contains("wds/" + name) && all.contains("wds/vtab/" + name) ? "vtab/" + name : name;
  }

  /** Returns the data sets that words name: files of names, groups, and names. */
  static List<String> datasets(List<String> words) {
    return expand(words, word -> DATASETS.getOrDefault(word, List.of(word)));
  }

  /** Returns the pairs {@code model,pretrained} that words name: files, groups, and pairs. */
  static List<String> models(List<String> words, List<String> all) {
    return expand(
        words,
        word -> word.equals("openclip_all") ? all : MODELS.getOrDefault(word, List.of(word)));
  }

  private static List<String> expand(List<String> words, Function<String, List<String>> groups) {
    List<String> names = new ArrayList<>();
    for (String word : words) {
      Path file = Path.of(word);
      if (Files.isRegularFile(file)) {
        try {
          Files.readAllLines(file).stream()
              .map(String::strip)
              .filter(line -> !line.isEmpty())
              .forEach(names::add);
        } catch (IOException e) {
          throw new InvalidFileException(word, -1, "cannot be read: " + e.getMessage());
        }
      } else {
        names.addAll(groups.apply(word));
      }
    }
    return names;
  }
}

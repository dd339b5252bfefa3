package org.openclip.examples.emoji;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Captions for an emoji, drawn at random. */
final class Captions {
  private static final List<String> TEMPLATES =
      List.of(
          "an emoji of %s",
          "%s",
          "%s emoji",
          "a picture of %s",
          "an icon of %s",
          "the %s emoji",
          "a drawing of %s",
          "a small picture of %s");

  private static final List<String> STYLED =
      List.of("a %s emoji of %s", "%s emoji, %s", "a %s picture of %s");

  private Captions() {}

  /** Draws one. */
  static String draw(Concept concept, Style style, Random random) {
    double kind = random.nextDouble();
    if (kind < 0.45) {
      return one(TEMPLATES, random).formatted(concept.name());
    }
    if (kind < 0.55) {
      return one(STYLED, random).formatted(one(style.words(), random), concept.name());
    }
    if (kind < 0.70) {
      return one(concept.shortNames(), random);
    }
    if (kind < 0.75) {
      return concept.formal();
    }
    List<String> tags = new ArrayList<>(concept.tags());
    Collections.shuffle(tags, random);
    if (kind < 0.90 && !tags.isEmpty()) {
      return concept.name() + ", " + String.join(", ", tags.subList(0, Math.min(2, tags.size())));
    }
    if (kind < 0.97 && !tags.isEmpty()) {
      return String.join(", ", tags.subList(0, Math.min(3, tags.size())));
    }
    return kind < 0.97 ? concept.name() : concept.subgroup() + ", " + concept.name();
  }

  private static String one(List<String> list, Random random) {
    return list.get(random.nextInt(list.size()));
  }
}

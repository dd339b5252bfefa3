package org.openclip.train.shard;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.hub.io.JsonObjects;
import org.openclip.train.data.Sample;
import org.openclip.train.file.CaptionFile;

/**
 * Chooses the image and the caption of a sample in a tar shard by the file name extensions.
 *
 * @param pictures what may be the image; the first that is there is
 * @param captions what may be the caption; the first that is there is
 * @param fields the fields of the sample's {@code json} that may be the caption, which is read from
 *     there then; the first that is not empty is. None for captions in files of their own
 * @param chances how probable it is that each field is asked first; a field without one is asked
 *     after all that have one. None for the order of the fields
 */
public record Members(
    List<String> pictures, List<String> captions, List<String> fields, List<Double> chances)
    implements SampleMembers {
  private static final String JSON = "json";
  private static final List<String> CLASS = List.of("cls");

  /** Images of four formats, and captions as texts. */
  public static final Members USUAL =
      new Members(List.of("jpg", "png", "jpeg", "webp"), List.of("txt"), List.of(), List.of());

  /** Copies the lists, and checks them. */
  public Members {
    pictures = List.copyOf(pictures);
    captions = List.copyOf(captions);
    fields = List.copyOf(fields);
    chances = List.copyOf(chances);
    if (pictures.isEmpty() || (captions.isEmpty() && fields.isEmpty())) {
      throw new InvalidInputException("a sample needs the name of a picture and of a caption");
    }
    if (chances.size() > fields.size()
        || chances.stream().anyMatch(c -> !(c >= 0 && c < Double.POSITIVE_INFINITY))) {
      throw new InvalidInputException(
          "probabilities %s for the fields %s: give at most one for each field, none negative"
              .formatted(chances, fields));
    }
  }

  /** Returns the same images with the numbers of their classes, {@code cls}, for captions. */
  public Members labelled() {
    return new Members(pictures, CLASS, List.of(), List.of());
  }

  @Override
  public Sample sample(ShardReader.Group group, SplittableRandom random) {
    Map<String, byte[]> files = group.files();
    List<String> wanted = fields.isEmpty() ? captions : List.of(JSON);
    byte[] caption = first(files, wanted);
    if (caption == null) {
      throw missing("no ." + wanted.get(0), wanted, group);
    }
    byte[] picture = first(files, pictures);
    if (picture == null) {
      throw missing("no picture (" + pictures + ")", pictures, group);
    }
    String text =
        fields.isEmpty() ? CaptionFile.text(caption) : field(group.name(), caption, random);
    if (text.isBlank() && !captions.equals(CLASS)) { // An empty class is a bad one.
      throw new InvalidInputException("its caption is empty");
    }
    return new Sample(group.name(), Sample.Picture.of(picture).inRgb(), text);
  }

  static InvalidInputException missing(String what, List<String> wanted, ShardReader.Group group) {
    for (String suffix : wanted) {
      String target = group.links().get(suffix);
      if (target != null) {
        return new InvalidInputException(
            "its .%s is a link to %s, but links in shards are not supported; store the file itself"
                .formatted(suffix, target));
      }
    }
    return new InvalidInputException("it has " + what + " but " + group.files().keySet());
  }

  static byte @Nullable [] first(Map<String, byte[]> files, List<String> names) {
    for (String name : names) {
      byte[] bytes = files.get(name);
      if (bytes != null) {
        return bytes;
      }
    }
    return null;
  }

  private String field(String name, byte[] json, SplittableRandom random) {
    Map<String, Object> object;
    try {
      object = JsonObjects.parsePython(name, json);
    } catch (InvalidFileException e) {
      throw new InvalidInputException("its .json is damaged: " + e.getMessage(), e);
    }
    for (String field : order(random)) {
      if (object.get(field) instanceof String text && !text.isBlank()) {
        return text.strip();
      }
    }
    throw new InvalidInputException(
        "its .json has no text in " + fields + " but " + object.keySet());
  }

  /** Returns the fields in the order in which they are asked: drawn without replacement. */
  private List<String> order(SplittableRandom random) {
    if (chances.isEmpty()) {
      return fields;
    }
    List<Integer> left = new ArrayList<>();
    double sum = 0;
    for (int i = 0; i < chances.size(); i++) {
      if (chances.get(i) > 0) {
        left.add(i);
        sum += chances.get(i);
      }
    }
    List<String> order = new ArrayList<>();
    while (!left.isEmpty()) {
      double drawn = random.nextDouble() * sum;
      int at = 0;
      while (at < left.size() - 1 && drawn >= chances.get(left.get(at))) {
        drawn -= chances.get(left.get(at++));
      }
      int field = left.get(at);
      left.remove(Integer.valueOf(field));
      sum -= chances.get(field);
      order.add(fields.get(field));
    }
    fields.stream().filter(field -> !order.contains(field)).forEach(order::add);
    return order;
  }
}

package org.openclip.examples.emoji;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.openclip.examples.ShardWriter;

/**
 * Makes the data of the embedded model from packages of emoji pictures: shards to train on, and
 * folders with one picture for each class to test with.
 */
public final class EmojiData {
  /** Every so many emoji one is never trained on. */
  private static final int CONCEPTS_PER_NEW = 10;

  /** Every so many of the others one of its pictures is kept to choose settings with. */
  private static final int CONCEPTS_PER_VALIDATION = 8;

  private static final int SHARDS = 308;

  /** Pictures of these shards and those behind it may have lost their margins. */
  private static final int FIRST_TRIMMED = 168;

  private final Path out;
  private final List<Concept> concepts;
  private final Set<Concept> unseen = new HashSet<>();
  private final Map<Style, Map<String, BufferedImage>> pictures = new LinkedHashMap<>();
  private final Variation variation;

  /** For a concept, the style that is kept for validation. */
  private final Map<Concept, Style> validation = new LinkedHashMap<>();

  private EmojiData(Path packages, Path out, int side) throws IOException {
    this.out = out;
    this.variation = new Variation(side);
    this.concepts =
        Concept.read(
            packages.resolve("emoji-datasource-google/emoji.json"),
            packages.resolve("openmoji/data/openmoji.json"));
    for (Style style : Style.TRAINED) {
      pictures.put(style, style.load(packages));
    }
    split();
  }

  /** The splits follow from the order of Unicode and a fixed seed alone. */
  private void split() {
    List<Concept> shuffled = new ArrayList<>(concepts);
    Collections.shuffle(shuffled, new Random(1));
    int unseenCount = shuffled.size() / CONCEPTS_PER_NEW;
    unseen.addAll(shuffled.subList(0, unseenCount));
    Random random = new Random(2);
    for (int i = unseenCount; i < shuffled.size(); i += CONCEPTS_PER_VALIDATION) {
      List<Style> styles = styles(shuffled.get(i));
      validation.put(shuffled.get(i), styles.get(random.nextInt(styles.size())));
    }
  }

  private List<Style> styles(Concept concept) {
    return pictures.entrySet().stream()
        .filter(e -> e.getValue().containsKey(concept.key()))
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Writes shards in which every emoji is once, in random order, so that no batch has it twice. */
  private void shards() throws IOException {
    Files.createDirectories(out.resolve("train"));
    IntStream.range(0, SHARDS).parallel().forEach(this::shard);
  }

  private void shard(int number) {
    Random random = new Random(1000L + number);
    List<Concept> order = new ArrayList<>(concepts);
    order.removeIf(unseen::contains);
    Collections.shuffle(order, random);
    Path file = out.resolve("train/%05d.tar".formatted(number));
    try (ShardWriter shard = new ShardWriter(file)) {
      for (Concept concept : order) {
        List<Style> styles = new ArrayList<>(styles(concept));
        styles.remove(validation.get(concept));
        Style style = styles.get(random.nextInt(styles.size()));
        BufferedImage emoji = pictures.get(style).get(concept.key());
        String name = "%05d-%s-%s".formatted(number, concept.key(), style.name());
        byte[] picture = png(variation.draw(emoji, concept, number >= FIRST_TRIMMED, random));
        shard.add(name, picture, Captions.draw(concept, style, random));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] png(BufferedImage picture) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(picture, "png", bytes);
    return bytes.toByteArray();
  }

  /**
   * Writes pictures on white, each in a folder with the number of its class, which is the line of
   * its name in {@code names.txt}.
   */
  private void folder(String name, Map<Concept, BufferedImage> set) throws IOException {
    for (Map.Entry<Concept, BufferedImage> entry : set.entrySet()) {
      Path inner = out.resolve(name).resolve("%04d".formatted(concepts.indexOf(entry.getKey())));
      Files.createDirectories(inner);
      Path file = inner.resolve(entry.getKey().key() + ".png");
      Files.write(file, png(variation.plain(entry.getValue())));
    }
  }

  /**
   * Makes everything.
   *
   * @param arguments npm's folder of packages, and the folder to write
   */
  public static void main(String[] arguments) throws IOException {
    Path packages = Path.of(arguments[0]);
    EmojiData data = new EmojiData(packages, Path.of(arguments[1]), 64);
    Files.createDirectories(data.out);
    Files.write(data.out.resolve("names.txt"), data.concepts.stream().map(Concept::name).toList());
    data.tests(packages);
    data.shards();
    System.out.printf(
        "%d emoji, %d of them not trained on; %d pictures for validation%n",
        data.concepts.size(), data.unseen.size(), data.validation.size());
  }

  private void tests(Path packages) throws IOException {
    Map<String, BufferedImage> other = Style.HELD_OUT.load(packages);
    Map<Concept, BufferedImage> all = new LinkedHashMap<>();
    Map<Concept, BufferedImage> fresh = new LinkedHashMap<>();
    Map<Concept, BufferedImage> chosen = new LinkedHashMap<>();
    for (Concept concept : concepts) {
      BufferedImage picture = other.get(concept.key());
      if (picture == null) {
        throw new IOException("Twitter does not draw " + concept);
      }
      all.put(concept, picture);
      if (unseen.contains(concept)) {
        fresh.put(concept, picture);
      }
      Style style = validation.get(concept);
      if (style != null) {
        chosen.put(concept, pictures.get(style).get(concept.key()));
      }
    }
    folder("test", all);
    folder("test-new", fresh);
    folder("validation", chosen);
  }
}

package org.openclip.hub.cli;

import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.openclip.api.InvalidInputException;
import org.openclip.api.UnknownNameException;
import org.openclip.api.model.ZeroShotClassifier;
import org.openclip.api.spi.FetchOptions;
import org.openclip.hub.remote.ResourceFile;

/**
 * Prompt templates and class names: ImageNet's, as published with CLIP (Radford et al. 2021, arXiv
 * 2103.00020, section 3.1.4), or those of a file.
 */
public final class Prompts {
  private static final List<String> KNOWN = List.of("none", "imagenet80", "imagenet7");

  private Prompts() {}

  /**
   * Returns prompt templates, each with {@code {}} in the place of a label.
   *
   * @param name {@code none}, {@code imagenet80}, {@code imagenet7}, or a file with one on each
   *     line
   */
  public static List<String> templates(String name) {
    return switch (name) {
      case "none" -> List.of(ZeroShotClassifier.PLACE);
      case "imagenet80" -> resource("imagenet-templates-80.txt");
      case "imagenet7" -> resource("imagenet-templates-7.txt");
      default -> {
        if (!name.equals("-") && !PictureArguments.exists(name)) {
          throw new UnknownNameException(
              "template list", name, KNOWN, "A file with a template on each line also works");
        }
        List<String> lines = TextLines.read(name);
        if (lines.isEmpty()) {
          throw new InvalidInputException(
              name + " is empty; it must contain a template on each line");
        }
        yield lines;
      }
    };
  }

  /**
   * Returns labels.
   *
   * @param name {@code imagenet}, or a file with one on each line
   */
  public static List<String> labels(String name) {
    // Two pairs of ImageNet's 1,000 classes share a name; words alone cannot tell them apart.
    return name.equals("imagenet")
        ? resource("imagenet-classes.txt").stream().distinct().toList()
        : TextLines.read(name);
  }

  /** Returns the names of ImageNet's 1,000 classes in the order of their numbers. */
  public static List<String> imageNetClasses() {
    return resource("imagenet-classes.txt");
  }

  private static List<String> resource(String name) {
    URL url = Objects.requireNonNull(Prompts.class.getResource(name), name);
    ByteBuffer text = new ResourceFile(url, FetchOptions.DEFAULT).read();
    return StandardCharsets.UTF_8.decode(text).toString().lines().toList();
  }
}

package org.openclip.langchain4j;

import dev.langchain4j.data.message.ImageContent;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.image.Image;
import org.openclip.api.image.ImageDecoder;

/** The step from langchain4j's picture contents to pixels. */
final class ContentPictures {
  /** No picture within the bound on pixels needs more, even uncompressed with 16-bit channels. */
  private static final long MOST_BYTES = 1L << 30;

  private final ImageDecoder decoder;
  private final @Nullable Path folder;

  ContentPictures(ImageDecoder decoder, @Nullable Path folder) {
    this.decoder = decoder;
    this.folder = folder == null ? null : real(folder);
  }

  Image decode(ImageContent content, String name) {
    String data = content.image().base64Data();
    URI address = content.image().url();
    if (data != null) {
      return decoder.decode(base64(data, name), name);
    }
    String scheme = address.getScheme() == null ? "" : address.getScheme().toLowerCase(Locale.ROOT);
    return switch (scheme) {
      case "data" -> decoder.decode(dataUri(address.toString(), name), name);
      case "file" -> decoder.decode(file(address, name), name + " (" + address + ")");
      default ->
          throw new InvalidInputException(
              name
                  + " is at "
                  + address
                  + ", but URLs are not downloaded; download it and pass its bytes as base64");
    };
  }

  private static byte[] dataUri(String text, String name) {
    int comma = text.indexOf(',');
    if (comma < 0 || !text.substring(0, comma).endsWith(";base64")) {
      throw new InvalidInputException(name + " is a data URI without ';base64,'");
    }
    return base64(text.substring(comma + 1), name);
  }

  private static byte[] base64(String text, String name) {
    if (text.length() / 4 * 3L > MOST_BYTES) {
      throw new InvalidInputException(
          name
              + " has "
              + text.length()
              + " base64 characters, but the limit is "
              + MOST_BYTES
              + " bytes");
    }
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException(name + " is not valid base64: " + e.getMessage(), e);
    }
  }

  private byte[] file(URI address, String name) {
    if (folder == null) {
      throw new InvalidInputException(
          name
              + " is the file "
              + address
              + ", but files are read only from the folder that the model's builder sets with"
              + " picturesIn");
    }
    Path file = real(Path.of(address));
    if (!file.startsWith(folder)) {
      throw new InvalidInputException(name + " is " + file + ", which is not in " + folder);
    }
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new InvalidInputException(
            file + " has " + Files.size(file) + " bytes, but may have at most " + MOST_BYTES);
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new InvalidInputException(file + " cannot be read: " + e, e);
    }
  }

  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      throw new InvalidInputException(path + " cannot be read: " + e, e);
    }
  }
}

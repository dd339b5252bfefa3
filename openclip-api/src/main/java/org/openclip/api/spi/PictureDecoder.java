package org.openclip.api.spi;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.image.Image;
import org.openclip.api.image.ImageDecoder;

/**
 * A decoder of every format of pictures that a plugin knows: the first plugin that accepts a file's
 * first bytes decodes it. Safe for many threads.
 */
public final class PictureDecoder implements ImageDecoder {
  private static final int HEAD = 64;

  private record Format(ImageDecoderProvider provider, ImageDecoder decoder) {}

  private final List<Format> formats;

  /** Creates a decoder with those among the plugins. */
  public PictureDecoder(PluginRegistry plugins) {
    formats =
        plugins.all(ImageDecoderProvider.class).stream()
            .map(provider -> new Format(provider, provider.create()))
            .toList();
  }

  /**
   * Decodes the bytes of a picture's file.
   *
   * @param name the file's name, for messages
   * @throws InvalidInputException when they are no picture; it is named
   * @throws OpenClipException when no plugin decodes pictures
   */
  @Override
  public Image decode(byte[] file, String name) {
    byte[] head = Arrays.copyOf(file, Math.min(HEAD, file.length));
    for (Format format : formats) {
      if (format.provider().accepts(head)) {
        return format.decoder().decode(file, name);
      }
    }
    if (formats.isEmpty()) {
      throw new OpenClipException(
          "no plugin decodes pictures; add openclip-models to the class or module path");
    }
    throw new InvalidInputException(
        name
            + " is not in a supported picture format: it starts with "
            + describe(head)
            + "; convert it to PNG or JPEG");
  }

  @Override
  public void release() {
    formats.forEach(format -> format.decoder().release());
  }

  private static String describe(byte[] head) {
    if (head.length == 0) {
      return "nothing, because it is empty";
    }
    StringBuilder text = new StringBuilder();
    boolean printable = true;
    for (int i = 0; i < Math.min(12, head.length); i++) {
      printable &= head[i] >= ' ' && head[i] < 127;
      text.append(i == 0 ? "" : " ").append(String.format(Locale.ROOT, "%02x", head[i] & 0xff));
    }
    return printable
        ? "the text '"
            + new String(head, 0, Math.min(12, head.length), StandardCharsets.US_ASCII)
            + "'"
        : "the bytes " + text;
  }
}

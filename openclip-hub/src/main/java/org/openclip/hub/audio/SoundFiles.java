package org.openclip.hub.audio;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.openclip.api.InvalidFileException;
import org.openclip.api.audio.Audio;
import org.openclip.api.audio.AudioDecoder;
import org.openclip.api.spi.AudioDecoderProvider;
import org.openclip.api.spi.PluginRegistry;

/** Reads sound files with the first decoder that supports them. Thread-safe. */
public final class SoundFiles {
  private static final int HEAD = 64;

  private final List<AudioDecoder> decoders;

  /** Creates a reader with the decoders of a registry. */
  public SoundFiles(PluginRegistry plugins) {
    decoders =
        plugins.all(AudioDecoderProvider.class).stream().map(AudioDecoderProvider::create).toList();
  }

  /**
   * Reads a file.
   *
   * @throws InvalidFileException when it cannot be read, or no decoder supports it
   */
  public Audio read(Path file) {
    try {
      return decode(file.toString(), Files.readAllBytes(file));
    } catch (IOException e) {
      throw new InvalidFileException(file.toString(), -1, "cannot be read: " + e, e);
    }
  }

  /**
   * Decodes the bytes of a file.
   *
   * @param name what the file is called in messages
   * @throws InvalidFileException when no decoder supports it, or it is damaged
   */
  public Audio decode(String name, byte[] file) {
    byte[] head = Arrays.copyOf(file, Math.min(HEAD, file.length));
    return decoders.stream()
        .filter(decoder -> decoder.supports(head))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidFileException(
                    name,
                    0,
                    "is of no format that a decoder reads; add openclip-models to the class or"
                        + " module path"))
        .decode(name, file);
  }
}

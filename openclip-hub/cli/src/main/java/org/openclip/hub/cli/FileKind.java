package org.openclip.hub.cli;

import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.openclip.api.spi.AudioDecoderProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.picture.PictureFolder;

/** The kind of files that a model encodes besides texts. */
public enum FileKind {
  /** Images. */
  IMAGE("image", "pictures"),
  /** Sounds. */
  SOUND("sound", "sounds");

  private final String noun;
  private final String plural;

  FileKind(String noun, String plural) {
    this.noun = noun;
    this.plural = plural;
  }

  /** Returns the name of the kind in results: {@code image} or {@code sound}. */
  public String noun() {
    return noun;
  }

  /** Returns the name of several files in messages: {@code pictures} or {@code sounds}. */
  public String plural() {
    return plural;
  }

  /** Returns the file name extensions of all decoders of the kind, in lower case. */
  public SortedSet<String> endings(PluginRegistry plugins) {
    return switch (this) {
      case IMAGE -> PictureFolder.endings(plugins);
      case SOUND ->
          plugins.some(AudioDecoderProvider.class).stream()
              .flatMap(decoder -> decoder.endings().stream())
              .collect(Collectors.toCollection(TreeSet::new));
    };
  }

  /** Returns whether a name ends as those of the kind do. */
  public boolean matches(String name, PluginRegistry plugins) {
    return endings(plugins).contains(PictureFolder.ending(name));
  }

  FileKind other() {
    return this == IMAGE ? SOUND : IMAGE;
  }
}

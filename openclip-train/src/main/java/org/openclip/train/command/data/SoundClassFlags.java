package org.openclip.train.command.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openclip.api.model.ZeroShotClassifier;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.cli.UsageException;
import org.openclip.hub.remote.RemoteFiles;
import org.openclip.train.run.Validation;
import picocli.CommandLine.Option;

/** The flags of zero-shot evaluations on sounds, with the reference's names and meanings. */
final class SoundClassFlags {
  private static final String TEMPLATE = "This is a sound of {}.";

  @Option(
      names = "--audio-zeroshot-dataset",
      paramLabel = "PATH",
      description =
          "Sounds for zero-shot evaluations: a folder with a folder for each class, or a table"
              + " (.csv, .tsv).")
  private @Nullable String place;

  @Option(
      names = "--audio-zeroshot-audio-key",
      paramLabel = "COLUMN",
      description = "The column of sound files in such a table. Default: audio.")
  private String soundColumn = "audio";

  @Option(
      names = "--audio-zeroshot-target-key",
      paramLabel = "COLUMN",
      description = "The column of the numbers of classes. Default: target.")
  private String targetColumn = "target";

  @Option(
      names = "--audio-zeroshot-class-key",
      paramLabel = "COLUMN",
      description = "The column of the names of classes. Default: category.")
  private String classColumn = "category";

  @Option(
      names = "--audio-zeroshot-template",
      paramLabel = "TEXT",
      description =
          "A prompt with {} for the class; give it again for several. Default: 'This is a sound of"
              + " {}.'.")
  private List<String> templates = new ArrayList<>();

  /** Checks the place and the prompts. */
  void check() {
    if (place != null && !Files.isDirectory(path(place)) && !isTable(place)) {
      throw new UsageException(
          "--audio-zeroshot-dataset %s is neither a folder nor a table (.csv, .tsv); datasets of the Hugging Face hub are not read: save the sounds in a folder for each class"
              .formatted(place));
    }
    for (String template : templates) {
      if (!template.contains(ZeroShotClassifier.PLACE)) {
        throw new UsageException(
            "--audio-zeroshot-template '%s' has no {} for the class".formatted(template));
      }
    }
  }

  private static Path path(String place) {
    return RemoteFiles.path(place);
  }

  private static boolean isTable(String place) {
    return SoundTable.isTable(place) && Files.isRegularFile(path(place));
  }

  boolean any() {
    return place != null;
  }

  /** Returns the sounds of known classes; empty without them. */
  Optional<Validation.Labelled> labelled(Preparations preparations, PluginRegistry plugins) {
    if (place == null) {
      return Optional.empty();
    }
    LabelledSounds sounds =
        isTable(place)
            ? new SoundTable(path(place), soundColumn, targetColumn, classColumn).read()
            : LabelledSounds.list(place, plugins);
    String path = place.replace('\\', '/').replaceAll("/+$", "");
    return Optional.of(
        new Validation.Labelled(
            path.substring(path.lastIndexOf('/') + 1) + "-zeroshot",
            new Validation.Classes(
                sounds.names(), templates.isEmpty() ? List.of(TEMPLATE) : templates),
            new Validation.Source(sounds.dataset(), preparations.labelled(sounds.names().size()))));
  }
}

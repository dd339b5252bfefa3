package org.openclip.train.command.data;

import java.nio.file.Files;
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
      paramLabel = "FOLDER",
      description = "Sounds in a folder for each class, named after it, for zero-shot evaluations.")
  private @Nullable String folder;

  @Option(
      names = "--audio-zeroshot-template",
      paramLabel = "TEXT",
      description =
          "A prompt with {} for the class; give it again for several. Default: 'This is a sound of"
              + " {}.'.")
  private List<String> templates = new ArrayList<>();

  /** Checks the folder and the prompts. */
  void check() {
    if (folder != null && !Files.isDirectory(RemoteFiles.path(folder))) {
      throw new UsageException(
          "--audio-zeroshot-dataset %s is no folder; datasets of the Hugging Face hub are not read: save the sounds in a folder for each class"
              .formatted(folder));
    }
    for (String template : templates) {
      if (!template.contains(ZeroShotClassifier.PLACE)) {
        throw new UsageException(
            "--audio-zeroshot-template '%s' has no {} for the class".formatted(template));
      }
    }
  }

  boolean any() {
    return folder != null;
  }

  /** Returns the sounds of known classes; empty without them. */
  Optional<Validation.Labelled> labelled(Preparations preparations, PluginRegistry plugins) {
    if (folder == null) {
      return Optional.empty();
    }
    LabelledSounds sounds = LabelledSounds.list(folder, plugins);
    String path = folder.replace('\\', '/').replaceAll("/+$", "");
    return Optional.of(
        new Validation.Labelled(
            path.substring(path.lastIndexOf('/') + 1) + "-zeroshot",
            new Validation.Classes(
                sounds.names(), templates.isEmpty() ? List.of(TEMPLATE) : templates),
            new Validation.Source(sounds.dataset(), preparations.labelled(sounds.names().size()))));
  }
}

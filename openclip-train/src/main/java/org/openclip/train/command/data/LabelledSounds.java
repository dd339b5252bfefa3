package org.openclip.train.command.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.openclip.api.InvalidInputException;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.cli.FileKind;
import org.openclip.hub.picture.PictureFolder;
import org.openclip.hub.remote.RemoteFiles;
import org.openclip.train.data.Dataset;
import org.openclip.train.data.ListedDataset;
import org.openclip.train.data.Sample;

/**
 * Sounds in folders that are named after their classes.
 *
 * @param names of the classes, in the order of their numbers
 * @param dataset whose captions are the numbers of the classes
 */
record LabelledSounds(List<String> names, Dataset dataset) {
  LabelledSounds {
    names = List.copyOf(names);
  }

  /**
   * Lists a folder of class folders.
   *
   * @param location of the folder
   * @throws InvalidInputException when it is missing, or a class has no sounds
   */
  static LabelledSounds list(String location, PluginRegistry plugins) {
    Path root = RemoteFiles.path(location);
    PictureFolder folder = PictureFolder.list(root, FileKind.SOUND.endings(plugins));
    if (folder.folders().isEmpty()) {
      throw new InvalidInputException(
          root + " has no subfolders; it must have one for each class, named after the class");
    }
    List<Sample> samples = new ArrayList<>();
    for (int label = 0; label < folder.folders().size(); label++) {
      String name = folder.folders().get(label);
      String number = Integer.toString(label);
      List<Path> sounds =
          folder.pictures().stream().filter(f -> folder.folderOf(f).equals(name)).toList();
      if (sounds.isEmpty()) {
        throw new InvalidInputException(
            "%s contains no sounds (%s)".formatted(root.resolve(name), folder.knownEndings()));
      }
      for (Path sound : sounds) {
        samples.add(new Sample(sound.toString(), () -> Files.readAllBytes(sound), number));
      }
    }
    List<String> names = folder.folders().stream().map(n -> n.replace('_', ' ')).toList();
    return new LabelledSounds(names, new ListedDataset(samples, false));
  }
}

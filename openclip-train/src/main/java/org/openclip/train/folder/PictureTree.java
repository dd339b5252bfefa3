package org.openclip.train.folder;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.openclip.api.InvalidInputException;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.picture.PictureFolder;
import org.openclip.train.data.Sample;
import org.openclip.train.file.CaptionFile;

/**
 * The images in a folder and its subfolders, and the captions beside them. Links are followed.
 *
 * @param folder what lies in the folder
 * @param captions {@code .txt} files, by their path without the ending; they belong to the images
 *     of the same path
 */
public record PictureTree(PictureFolder folder, Map<String, Path> captions) {
  /** Copies the map. */
  public PictureTree {
    captions = Map.copyOf(captions);
  }

  /**
   * Lists a folder.
   *
   * @param root in any file system
   * @throws InvalidInputException when it is missing, or something in it cannot be listed
   */
  public static PictureTree list(Path root) {
    PictureFolder folder = PictureFolder.list(root, PluginRegistry.create());
    Map<String, Path> captions = new HashMap<>();
    for (Path file : folder.others()) {
      if (isText(file)) {
        captions.put(stem(file), file);
      }
    }
    return new PictureTree(folder, captions);
  }

  private static boolean isText(Path file) {
    return PictureFolder.ending(String.valueOf(file.getFileName())).equals("txt");
  }

  private static String stem(Path file) {
    String path = file.toString();
    int dot = path.lastIndexOf('.');
    return dot < 0 ? path : path.substring(0, dot);
  }

  /** Returns the folder. */
  public Path root() {
    return folder.root();
  }

  /** Returns the names of the folders that lie right in it, sorted. */
  public List<String> folders() {
    return folder.folders();
  }

  /** Returns the images, sorted by path. */
  public List<Path> pictures() {
    return folder.pictures();
  }

  /**
   * Returns a line that counts the files that are passed over; empty for none.
   *
   * @param captioned whether the captions are none of them
   */
  public Optional<String> passedOver(boolean captioned) {
    return folder.passedOver(
        captioned
            ? folder.others().stream().filter(file -> !isText(file)).toList()
            : folder.others());
  }

  /** Returns the name of the folder right in the root in which an image lies; empty for none. */
  String folderOf(Path picture) {
    return folder.folderOf(picture);
  }

  /** Returns the endings of images, as a message names them. */
  String endings() {
    return folder.knownEndings();
  }

  /**
   * Returns whether there is a caption beside each image; where there are none at all, each lies in
   * a folder that is named after what it shows.
   *
   * @throws InvalidInputException when there are no images, or it is neither
   */
  public boolean isCaptioned() {
    if (pictures().isEmpty()) {
      throw new InvalidInputException(
          "%s contains no pictures (%s); it must contain pictures with captions, each in a .txt"
                  .formatted(root(), endings())
              + " file of the same name, or pictures in folders named after their classes");
    }
    List<Path> bare = pictures().stream().filter(p -> !captions.containsKey(stem(p))).toList();
    if (bare.isEmpty()) {
      return true;
    }
    if (bare.size() < pictures().size()) {
      throw new InvalidInputException(
          "%s of the %s pictures in %s have a caption file, but %s has none; write %s.txt, or"
                  .formatted(
                      pictures().size() - bare.size(),
                      pictures().size(),
                      root(),
                      bare.get(0),
                      stem(bare.get(0)))
              + " remove all .txt files to use the folder names as classes");
    }
    for (Path picture : pictures()) {
      if (folderOf(picture).isEmpty()) {
        throw new InvalidInputException(
            "%s has no caption: there is no %s.txt, and it is not in a class folder of %s"
                .formatted(picture, stem(picture), root()));
      }
    }
    return false;
  }

  /** Returns the captions that have no image, sorted by path. */
  public List<Path> captionsAlone() {
    Map<String, Path> alone = new HashMap<>(captions);
    pictures().forEach(picture -> alone.remove(stem(picture)));
    return alone.values().stream().sorted().toList();
  }

  /** Returns the images with the captions beside them. */
  public List<Sample> samples() {
    List<Sample> samples = new ArrayList<>();
    for (Path picture : pictures()) {
      Path caption = captions.get(stem(picture));
      if (caption != null) {
        samples.add(
            new Sample(
                picture.toString(),
                () -> Files.readAllBytes(picture),
                random -> CaptionFile.read(caption)));
      }
    }
    return samples;
  }
}

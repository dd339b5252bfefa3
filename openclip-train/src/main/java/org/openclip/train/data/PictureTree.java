package org.openclip.train.data;

import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.openclip.api.InvalidInputException;
import org.openclip.hub.io.Missing;

/**
 * The pictures in a folder and in all folders below it, which links may lead to, and the captions
 * beside them. Files and folders whose name begins with a dot are passed over.
 *
 * @param root the folder
 * @param folders the names of the folders that lie right in it, sorted
 * @param pictures sorted by path
 * @param captions {@code .txt} files, by their path without the ending; they belong to the pictures
 *     of the same path
 */
public record PictureTree(
    Path root, List<String> folders, List<Path> pictures, Map<String, Path> captions) {
  private static final Set<String> ENDINGS =
      Collections.unmodifiableSet(
          new TreeSet<>(
              Set.of("jpg", "jpeg", "png", "ppm", "bmp", "pgm", "tif", "tiff", "webp", "gif")));

  /** Copies the lists. */
  public PictureTree {
    folders = List.copyOf(folders);
    pictures = List.copyOf(pictures);
    captions = Map.copyOf(captions);
  }

  /**
   * Lists a folder.
   *
   * @param root in any file system
   * @throws InvalidInputException when it is missing, or something in it cannot be listed
   */
  public static PictureTree list(Path root) {
    if (!Files.exists(root)) {
      throw Missing.file(root);
    }
    if (!Files.isDirectory(root)) {
      throw new InvalidInputException(root + " is a file, but a folder of pictures is expected");
    }
    Walk walk = new Walk(root);
    try {
      Files.walkFileTree(root, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, walk);
    } catch (IOException e) {
      throw new InvalidInputException(root + " cannot be listed: " + e, e);
    }
    Collections.sort(walk.pictures);
    return new PictureTree(root, List.copyOf(walk.folders), walk.pictures, walk.captions);
  }

  /** Sorts what is found. */
  private static final class Walk extends SimpleFileVisitor<Path> {
    private final Path root;
    private final Set<String> folders = new TreeSet<>();
    private final List<Path> pictures = new ArrayList<>();
    private final Map<String, Path> captions = new HashMap<>();

    Walk(Path root) {
      this.root = root;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      if (folder.equals(root)) {
        return FileVisitResult.CONTINUE;
      }
      if (name(folder).startsWith(".")) {
        return FileVisitResult.SKIP_SUBTREE;
      }
      folders.add(name(root.relativize(folder).getName(0)));
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      String name = name(file);
      if (!name.startsWith(".") && !attributes.isOther()) {
        String ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        if (ENDINGS.contains(ending)) {
          pictures.add(file);
        } else if (ending.equals("txt")) {
          captions.put(stem(file), file);
        }
      }
      return FileVisitResult.CONTINUE;
    }
  }

  /** Returns a name without the slash that some file systems put behind those of folders. */
  private static String name(Path path) {
    return String.valueOf(path.getFileName()).replaceAll("/$", "");
  }

  private static String stem(Path file) {
    String path = file.toString();
    int dot = path.lastIndexOf('.');
    return dot < 0 ? path : path.substring(0, dot);
  }

  /** Returns the name of the folder right in the root in which a picture lies; empty for none. */
  String folderOf(Path picture) {
    Path inner = root.relativize(picture);
    return inner.getNameCount() < 2 ? "" : name(inner.getName(0));
  }

  /** Returns the endings of pictures, as a message names them. */
  static String endings() {
    return String.join(", ", ENDINGS);
  }

  /**
   * Returns whether there is a caption beside each picture; where there are none at all, each lies
   * in a folder that is named after what it shows.
   *
   * @throws InvalidInputException when there are no pictures, or it is neither
   */
  public boolean isCaptioned() {
    if (pictures.isEmpty()) {
      throw new InvalidInputException(
          "%s holds no pictures (%s); there should be some with a caption beside each, in a .txt"
                  .formatted(root, endings())
              + " file of the same name, or in folders named after their classes");
    }
    List<Path> bare = pictures.stream().filter(p -> !captions.containsKey(stem(p))).toList();
    if (bare.isEmpty()) {
      return true;
    }
    if (bare.size() < pictures.size()) {
      throw new InvalidInputException(
          "%s of the %s pictures in %s have a caption beside them, but %s has none; write %s.txt, or"
                  .formatted(
                      pictures.size() - bare.size(),
                      pictures.size(),
                      root,
                      bare.get(0),
                      stem(bare.get(0)))
              + " take all .txt files away to name the pictures after their folders");
    }
    for (Path picture : pictures) {
      if (folderOf(picture).isEmpty()) {
        throw new InvalidInputException(
            "%s has no caption: there is no %s.txt, and it lies in no folder of %s named after its class"
                .formatted(picture, stem(picture), root));
      }
    }
    return false;
  }

  /** Returns the captions that have no picture, sorted by path. */
  public List<Path> captionsAlone() {
    Map<String, Path> alone = new HashMap<>(captions);
    pictures.forEach(picture -> alone.remove(stem(picture)));
    return alone.values().stream().sorted().toList();
  }

  /** Returns the pictures with the captions beside them. */
  public List<Sample> samples() {
    List<Sample> samples = new ArrayList<>();
    for (Path picture : pictures) {
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

package org.openclip.hub.picture;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.openclip.api.InvalidInputException;
import org.openclip.api.spi.ImageDecoderProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.io.Missing;

/**
 * The images in a folder and its subfolders. Links are followed, except links back to a folder that
 * contains them. An image is a file with a file name extension of one of the decoders. Files and
 * folders whose name begins with a dot are ignored silently, and so is {@code __MACOSX}, which some
 * archives contain.
 *
 * @param root the folder
 * @param endings the file name extensions of images, in lower case, sorted
 * @param folders the names of the direct subfolders, sorted
 * @param pictures the images, sorted by path
 * @param others all other files, and links that are broken or lead back, sorted by path
 */
public record PictureFolder(
    Path root,
    SortedSet<String> endings,
    List<String> folders,
    List<Path> pictures,
    List<Path> others) {
  private static final int MOST_ENDINGS = 5;

  /** Copies the lists. */
  public PictureFolder {
    endings = Collections.unmodifiableSortedSet(new TreeSet<>(endings));
    folders = List.copyOf(folders);
    pictures = List.copyOf(pictures);
    others = List.copyOf(others);
  }

  /**
   * Returns the file name extensions of all image decoders among the plugins, in lower case and
   * without the dot.
   */
  public static SortedSet<String> endings(PluginRegistry plugins) {
    return plugins.all(ImageDecoderProvider.class).stream()
        .flatMap(decoder -> decoder.endings().stream())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Returns the file name extension in lower case, without the dot; empty for none. */
  public static String ending(String name) {
    int dot = name.lastIndexOf('.');
    return dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
  }

  /**
   * Lists a folder.
   *
   * @param root in any file system
   * @throws InvalidInputException when it is missing, or something in it cannot be listed
   */
  public static PictureFolder list(Path root, PluginRegistry plugins) {
    return list(root, endings(plugins));
  }

  /**
   * Lists the files of a folder by their extensions, those of images or of others.
   *
   * @param root in any file system
   * @param endings the file name extensions, in lower case
   * @throws InvalidInputException when it is missing, or something in it cannot be listed
   */
  public static PictureFolder list(Path root, SortedSet<String> endings) {
    if (!Files.exists(root)) {
      throw Missing.file(root);
    }
    if (!Files.isDirectory(root)) {
      throw new InvalidInputException(root + " is a file, but a folder of pictures is expected");
    }
    Walk walk = new Walk(root, endings);
    try {
      Files.walkFileTree(root, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, walk);
    } catch (IOException e) {
      throw new InvalidInputException(root + " cannot be listed: " + e, e);
    }
    Collections.sort(walk.pictures);
    Collections.sort(walk.others);
    return new PictureFolder(
        root, walk.endings, List.copyOf(walk.folders), walk.pictures, walk.others);
  }

  /** Returns the name of the direct subfolder that contains a file; empty for none. */
  public String folderOf(Path file) {
    Path inner = root.relativize(file);
    return inner.getNameCount() < 2 ? "" : name(inner.getName(0));
  }

  /** Returns the file name extensions of images, for messages. */
  public String knownEndings() {
    return String.join(", ", endings);
  }

  /** Returns a line that counts the ignored files by their extensions. */
  public Optional<String> passedOver() {
    return passedOver(others);
  }

  /** Returns a line that counts some of the other files by their extensions; empty for none. */
  public Optional<String> passedOver(Collection<Path> files) {
    if (files.isEmpty()) {
      return Optional.empty();
    }
    Map<String, Integer> counts = new TreeMap<>();
    files.forEach(file -> counts.merge(kind(file), 1, Integer::sum));
    String most =
        counts.entrySet().stream()
            .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
            .limit(MOST_ENDINGS)
            .map(kind -> kind.getValue() + " " + kind.getKey())
            .collect(Collectors.joining(", "));
    String rest = counts.size() > MOST_ENDINGS ? ", ..." : "";
    return Optional.of(
        String.format(
            Locale.ROOT,
            "%s: %,d %s skipped (%s%s); files that are read end in %s",
            root,
            files.size(),
            files.size() == 1 ? "file is" : "files are",
            most,
            rest,
            knownEndings()));
  }

  private static String kind(Path file) {
    String ending = ending(name(file));
    return Files.isDirectory(file)
        ? "linked back"
        : Files.notExists(file)
            ? "linked nowhere"
            : ending.isEmpty() ? "without ending" : "." + ending;
  }

  /** Returns a name without the slash that some file systems put behind those of folders. */
  private static String name(Path path) {
    return String.valueOf(path.getFileName()).replaceAll("/$", "");
  }

  /** Sorts what is found. */
  private static final class Walk extends SimpleFileVisitor<Path> {
    private final Path root;
    private final SortedSet<String> endings;
    private final SortedSet<String> folders = new TreeSet<>(BY_CODE_POINTS);
    private final List<Path> pictures = new ArrayList<>();
    private final List<Path> others = new ArrayList<>();

    /** The order of Python's texts. */
    private static final Comparator<String> BY_CODE_POINTS =
        (a, b) -> Arrays.compare(a.codePoints().toArray(), b.codePoints().toArray());

    Walk(Path root, SortedSet<String> endings) {
      this.root = root;
      this.endings = endings;
    }

    private static boolean hidden(String name) {
      return name.startsWith(".") || name.equals("__MACOSX");
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      if (folder.equals(root)) {
        return FileVisitResult.CONTINUE;
      }
      if (hidden(name(folder))) {
        return FileVisitResult.SKIP_SUBTREE;
      }
      folders.add(name(root.relativize(folder).getName(0)));
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      String name = name(file);
      if (!hidden(name)) {
        // A link that leads nowhere is visited as itself.
        boolean picture = attributes.isRegularFile() && endings.contains(ending(name));
        (picture ? pictures : others).add(file);
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
      if (failure instanceof FileSystemLoopException) {
        others.add(file);
        return FileVisitResult.CONTINUE;
      }
      throw failure;
    }
  }
}

package org.openclip.api.backend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The folder where a library unpacks its native code, and the remedy when that code does not load.
 * The libraries themselves report little: usually that a name is not in {@code java.library.path},
 * whatever the reason.
 *
 * @param folder where native code is unpacked
 * @param bytes the space that it needs there
 * @param remedy how to choose another folder, as the end of a sentence
 */
public record NativePlace(Path folder, long bytes, String remedy) {
  private static final Path MOUNTS = Path.of("/proc/self/mounts");

  /**
   * Returns why native code did not load, with the remedy, if Java or the folder is the reason.
   *
   * @param failure what was thrown
   * @param library a class of the library that loads it
   */
  public Optional<String> problem(Throwable failure, Class<?> library) {
    return problem(failure)
        .or(() -> isDenied(library) ? Optional.of(denial(failure)) : Optional.empty());
  }

  /**
   * Returns why native code did not load, with the remedy, if Java or the folder is the reason.
   *
   * @param failure what was thrown; it contains the reason
   */
  public Optional<String> problem(Throwable failure) {
    if (chain(failure).anyMatch(IllegalCallerException.class::isInstance)) {
      return Optional.of(denial(failure));
    }
    return folderProblem(failure)
        .map(
            problem ->
                "its native code is unpacked into the folder "
                    + folder
                    + ", which "
                    + problem
                    + "; "
                    + remedy
                    + " ("
                    + root(failure)
                    + ")");
  }

  private static String denial(Throwable failure) {
    return "Java denies access to native code; start Java with --enable-native-access=ALL-UNNAMED,"
        + " or with the names of the modules on the module path ("
        + root(failure)
        + ")";
  }

  /** From 24 on, Java permits with a warning, or not at all, what it was not told to permit. */
  private static boolean isDenied(Class<?> library) {
    try {
      return Runtime.version().feature() >= 24
          && !(boolean) Module.class.getMethod("isNativeAccessEnabled").invoke(library.getModule());
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }

  private Optional<String> folderProblem(Throwable failure) {
    Path there = folder;
    while (!Files.exists(there) && there.getParent() != null && !there.equals(folder.getRoot())) {
      there = there.getParent();
    }
    boolean missing = !Files.exists(folder);
    if (missing && chain(failure).anyMatch(NoSuchFileException.class::isInstance)) {
      return Optional.of("is missing");
    }
    if (!missing && !Files.isDirectory(folder)) {
      return Optional.of("is a file");
    }
    try {
      Path probe = Files.createTempFile(there, "openclip", ".probe");
      Files.delete(probe);
    } catch (IOException e) {
      return Optional.of(
          missing
              ? "is missing and cannot be created"
              : space(there) == 0 ? "is full" : "is not writable");
    }
    if (mountedNoexec(there) || chain(failure).anyMatch(NativePlace::refusedToMap)) {
      return Optional.of("does not allow executable code (it is mounted noexec)");
    }
    long free = space(there);
    return free < bytes
        ? Optional.of(
            String.format(
                Locale.ROOT,
                "has %,d MB of free space, but %,d MB are needed",
                free >> 20,
                (bytes + (1 << 20) - 1) >> 20))
        : Optional.empty();
  }

  private static long space(Path path) {
    try {
      return Files.getFileStore(path).getUsableSpace();
    } catch (IOException e) {
      return Long.MAX_VALUE;
    }
  }

  /** The words of the C library's loader for a folder without the right to run code. */
  private static boolean refusedToMap(Throwable failure) {
    return String.valueOf(failure.getMessage()).contains("failed to map segment");
  }

  private static boolean mountedNoexec(Path path) {
    if (!Files.isReadable(MOUNTS)) {
      return false;
    }
    try (Stream<String> lines = Files.lines(MOUNTS)) {
      Path real = path.toRealPath();
      return lines
          .map(line -> line.split(" "))
          .filter(fields -> fields.length > 3 && real.startsWith(Path.of(fields[1])))
          // Of mounts at the same place the last hides the others.
          .reduce(
              (a, b) ->
                  Comparator.<String[]>comparingInt(fields -> fields[1].length()).compare(a, b) > 0
                      ? a
                      : b)
          .map(fields -> ("," + fields[3] + ",").contains(",noexec,"))
          .orElse(false);
    } catch (IOException e) {
      return false;
    }
  }

  private static Stream<Throwable> chain(Throwable failure) {
    return Stream.<Throwable>iterate(failure, e -> e != null, Throwable::getCause).limit(20);
  }

  /** Returns the root cause in words. */
  public static String root(Throwable failure) {
    return chain(failure).reduce((outer, inner) -> inner).orElse(failure).toString();
  }
}

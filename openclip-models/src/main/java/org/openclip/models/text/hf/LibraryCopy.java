package org.openclip.models.text.hf;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openclip.api.OpenClipException;

/**
 * Hugging Face's native library for a second class loader. A JVM gives a native library to one
 * class loader only, by its path; in an application server each application that brings the binding
 * has a loader of its own. A copy under another path is another library.
 */
final class LibraryCopy {
  private static final Pattern TAKEN =
      Pattern.compile("Native Library (.+) already loaded in another class ?loader");

  private LibraryCopy() {}

  /**
   * Returns the file of the library that another class loader holds; null when it failed to load
   * for another reason. Only the first failure says it itself; later ones quote it.
   */
  static @Nullable Path taken(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      Matcher taken = TAKEN.matcher(String.valueOf(cause.getMessage()));
      if (cause instanceof LinkageError && taken.find()) {
        return Path.of(taken.group(1));
      }
    }
    return null;
  }

  /**
   * Loads a copy for the class loader of the binding.
   *
   * @throws OpenClipException when it cannot; the message says what to do
   */
  static void load(Path library) {
    try {
      ClassLoader binding = TokenizersLibrary.class.getClassLoader();
      if (!Objects.equals(binding, LibraryCopy.class.getClassLoader())) {
        throw new UnsatisfiedLinkError("openclip-models and the binding have two class loaders");
      }
      Path folder = Files.createTempDirectory("openclip-tokenizers");
      Path copy = folder.resolve(String.valueOf(library.getFileName()));
      try {
        Files.copy(library, copy);
        System.load(copy.toAbsolutePath().toString());
      } finally {
        delete(copy);
        delete(folder);
      }
    } catch (IOException | UnsatisfiedLinkError e) {
      throw new OpenClipException(
          "the native library of ai.djl.huggingface:tokenizers, "
              + library
              + ", is loaded in another class loader of this JVM, and no copy of it can be loaded"
              + " for this one ("
              + e
              + "); put the jars of OpenCLIP and of tokenizers into the class loader that all"
              + " applications share, or set java.io.tmpdir to a folder that is writable and allows"
              + " executable files",
          e);
    }
  }

  /** A library that is loaded needs its file no more, but Windows keeps it until the JVM ends. */
  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      file.toFile().deleteOnExit();
    }
  }
}

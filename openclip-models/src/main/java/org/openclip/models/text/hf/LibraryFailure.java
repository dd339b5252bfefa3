package org.openclip.models.text.hf;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.openclip.api.OpenClipException;
import org.openclip.api.backend.NativePlace;

/** Why the native code of Hugging Face's library does not load. */
final class LibraryFailure {
  private static final long UNPACKED = 32L << 20;

  /** The first attempt of a process has the cause; others fail without. */
  private static final List<Throwable> FAILURES = new ArrayList<>();

  private LibraryFailure() {}

  /** Returns whether the jars are there, so that something else is wrong. */
  static boolean isNative(Throwable failure) {
    if (failure.getCause() instanceof ClassNotFoundException) {
      return false;
    }
    try {
      Class.forName(
          "ai.djl.huggingface.tokenizers.jni.LibUtils",
          false,
          LibraryFailure.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException | LinkageError e) {
      return false;
    }
  }

  /** Returns an exception that names what is wrong, and the remedy. */
  static synchronized OpenClipException of(Throwable failure) {
    FAILURES.add(failure);
    Throwable cause = FAILURES.get(0);
    Path folder = folder();
    String problem =
        new NativePlace(
                folder,
                UNPACKED,
                "set the environment variable or system property DJL_CACHE_DIR or ENGINE_CACHE_DIR"
                    + " to a folder that is writable and allows executable files, or"
                    + " RUST_LIBRARY_PATH to the unpacked library")
            .problem(cause)
            .orElseGet(
                () ->
                    System.getProperty("os.name")
                        + " "
                        + System.getProperty("os.arch")
                        + " has no build, or the library is damaged: the jar has builds for Linux,"
                        + " macOS and Windows, and the copy is in "
                        + folder
                        + " ("
                        + NativePlace.root(cause)
                        + ")");
    return new OpenClipException(
        "the native library of ai.djl.huggingface:tokenizers does not load: " + problem, cause);
  }

  /** Returns the folder that DJL takes. */
  private static Path folder() {
    for (String name : List.of("ENGINE_CACHE_DIR", "DJL_CACHE_DIR")) {
      String variable = System.getenv(name);
      String value =
          variable == null || variable.isEmpty() ? System.getProperty(name, "") : variable;
      if (!value.isEmpty()) {
        return Path.of(value, "tokenizers");
      }
    }
    return Path.of(System.getProperty("user.home", ""), ".djl.ai", "tokenizers");
  }
}

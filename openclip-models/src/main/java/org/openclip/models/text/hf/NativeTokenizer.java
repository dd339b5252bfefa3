package org.openclip.models.text.hf;

import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.io.IOException;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.openclip.api.InvalidFileException;

/**
 * A {@code tokenizer.json} in the memory of Hugging Face's native library, which is freed when
 * nobody holds this any more. Safe for many threads: after loading nothing is changed.
 *
 * <p>DJL's binding is called below its public face, which would report every load to its makers and
 * fetch a CUDA build of the library; here is no network at all.
 */
final class NativeTokenizer {
  /** What the library's loading reads, and what it shall read unless the user chose otherwise. */
  private static final Map<String, String> WHILE_LOADING =
      Map.of(
          "RUST_FLAVOR", "cpu",
          "slf4j.internal.verbosity", "ERROR");

  /** Whether a copy of the library was loaded, for this class loader alone. */
  private static boolean copied;

  private final long handle;

  private NativeTokenizer(long handle) {
    this.handle = handle;
    FreeLater.CLEANER.register(this, () -> TokenizersLibrary.LIB.deleteTokenizer(handle));
  }

  /** Holds the thread that frees native memory, started when there is something to free. */
  private static final class FreeLater {
    static final Cleaner CLEANER = Cleaner.create();
  }

  /**
   * Loads a file.
   *
   * @throws InvalidFileException when it cannot be read or is no tokenizer
   * @throws LinkageError when the library's jar is missing
   */
  static NativeTokenizer load(Path file) {
    loadLibrary();
    long handle;
    try {
      handle = TokenizersLibrary.LIB.createTokenizerFromString(Files.readString(file));
    } catch (MalformedInputException e) {
      throw new InvalidFileException(file.toString(), -1, "is not UTF-8 text", e);
    } catch (IOException e) {
      throw new InvalidFileException(file.toString(), -1, "cannot be read: " + e, e);
    } catch (RuntimeException e) {
      throw new InvalidFileException(
          file.toString(),
          -1,
          "is not a tokenizer of Hugging Face's library: " + e.getMessage(),
          e);
    }
    TokenizersLibrary.LIB.disablePadding(handle);
    TokenizersLibrary.LIB.disableTruncation(handle);
    return new NativeTokenizer(handle);
  }

  private static synchronized void loadLibrary() {
    if (copied) {
      return;
    }
    Map<String, String> added = new HashMap<>();
    WHILE_LOADING.forEach(
        (key, value) -> {
          if (System.getProperty(key) == null) {
            System.setProperty(key, value);
            added.put(key, value);
          }
        });
    try {
      LibUtils.checkStatus();
    } catch (RuntimeException | LinkageError e) {
      Path taken = LibraryCopy.taken(e);
      if (taken != null) {
        LibraryCopy.load(taken);
        copied = true;
        return;
      }
      if (e instanceof LinkageError missing) {
        throw missing;
      }
      throw LibraryFailure.of(e);
    } finally {
      added.forEach(System.getProperties()::remove);
    }
  }

  /**
   * Returns the ids of a text.
   *
   * @param special whether to add the tokens that the file puts around a text
   */
  int[] encode(String text, boolean special) {
    try {
      long encoding = TokenizersLibrary.LIB.encode(handle, text, special);
      try {
        long[] ids = TokenizersLibrary.LIB.getTokenIds(encoding);
        int[] narrow = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
          narrow[i] = (int) ids[i];
        }
        return narrow;
      } finally {
        TokenizersLibrary.LIB.deleteEncoding(encoding);
      }
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** Returns the text of ids, special tokens by name. */
  String decode(int[] ids) {
    long[] wide = new long[ids.length];
    for (int i = 0; i < ids.length; i++) {
      wide[i] = ids[i];
    }
    try {
      return TokenizersLibrary.LIB.decode(handle, wide, false);
    } finally {
      Reference.reachabilityFence(this);
    }
  }
}

package org.openclip.search.storage;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.LockObtainFailedException;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.hub.io.Missing;
import org.openclip.search.facts.IndexFacts;

/** The folder of an index, and what is said when something is wrong with it. */
public final class IndexFolder {
  private IndexFolder() {}

  /**
   * Opens a folder that holds an index.
   *
   * @throws InvalidInputException when there is none
   */
  public static Directory existing(Path folder) {
    if (!Files.exists(folder)) {
      throw Missing.file(folder);
    }
    try {
      Directory directory = FSDirectory.open(folder);
      if (!DirectoryReader.indexExists(directory)) {
        directory.close();
        throw new InvalidInputException(
            folder + " is not an index; create one with 'openclip index FOLDER -o " + folder + "'");
      }
      return directory;
    } catch (IOException e) {
      throw failure(folder, "opened", e);
    }
  }

  /** Returns what an index says of itself. */
  public static IndexFacts facts(Path folder, Directory directory) {
    try {
      Map<String, String> data = SegmentInfos.readLatestCommit(directory).getUserData();
      return IndexFacts.of(folder.toString(), data)
          .orElseThrow(
              () ->
                  new InvalidInputException(
                      folder + " is a Lucene index, but not a picture index"));
    } catch (IOException e) {
      throw failure(folder, "read", e);
    }
  }

  /** Returns whether a failure tells that files of an index are missing, cut or changed. */
  public static boolean isDamage(Throwable failure) {
    return failure instanceof CorruptIndexException
        || failure instanceof NoSuchFileException
        || failure instanceof FileNotFoundException
        || failure instanceof EOFException
        || failure instanceof IndexFormatTooOldException
        || (failure instanceof IllegalArgumentException
            && String.valueOf(failure.getMessage()).contains("seek"));
  }

  /** Returns the exception that says what went wrong with an index. */
  public static OpenClipException failure(Path folder, String what, IOException failure) {
    InterruptedCallException.check(folder + " was " + what, failure);
    if (failure instanceof LockObtainFailedException) {
      return new OpenClipException(
          folder
              + " is being written by another process or thread; wait until it ends, because an"
              + " index has one writer at a time",
          failure);
    }
    if (failure instanceof IndexFormatTooNewException) {
      return new InvalidFileException(
          folder.toString(), -1, "was written by a newer Lucene: " + failure.getMessage(), failure);
    }
    if (isDamage(failure)) {
      return new InvalidFileException(
          folder.toString(),
          -1,
          "is damaged (%s); 'openclip index --repair' removes the damaged segments and keeps the rest"
              .formatted(failure.getMessage()),
          failure);
    }
    String reason =
        failure instanceof FileSystemException e && e.getReason() != null
            ? e.getReason() + ": " + e.getFile()
            : String.valueOf(failure.getMessage());
    return new OpenClipException(
        "%s cannot be %s: %s; earlier commits are kept".formatted(folder, what, reason), failure);
  }
}

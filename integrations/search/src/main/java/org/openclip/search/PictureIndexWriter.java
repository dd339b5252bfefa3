package org.openclip.search;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.openclip.api.ClosedException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.model.ClipModel;
import org.openclip.search.facts.IndexFacts;
import org.openclip.search.facts.IndexFacts.FieldKind;
import org.openclip.search.facts.IndexedPicture;
import org.openclip.search.storage.IndexFolder;
import org.openclip.search.storage.Schema;
import org.openclip.search.storage.VectorCodec;
import org.openclip.search.storage.Vectors;

/**
 * The one writer of an index, which others are kept from writing meanwhile. What was committed
 * stays whatever happens; what was not is lost when the process ends, and nothing else is.
 *
 * <p>Safe for many threads at once. Close it after its last use: what is not committed by then is
 * given up.
 */
public final class PictureIndexWriter implements AutoCloseable {
  /**
   * Vectors wait in memory until there are enough for a part of the index: fewer parts to merge.
   */
  private static final double BUFFER_MEGABYTES =
      Math.clamp(Runtime.getRuntime().maxMemory() / (8.0 * (1 << 20)), 16, 256);

  private final Path folder;
  private final Directory directory;
  private final IndexWriter writer;
  private IndexFacts facts;

  private PictureIndexWriter(
      Path folder, Directory directory, IndexWriter writer, IndexFacts facts) {
    this.folder = folder;
    this.directory = directory;
    this.writer = writer;
    this.facts = facts;
  }

  /**
   * Opens an index to write, and makes it first where there is none.
   *
   * @param facts of a new index; one that is there must have the same fingerprint and quantization
   * @throws InvalidInputException when it holds vectors of another model, or the folder holds
   *     something else
   * @throws OpenClipException when somebody else is writing it
   */
  public static PictureIndexWriter open(Path folder, IndexFacts facts) {
    try {
      Files.createDirectories(folder);
      Directory directory = FSDirectory.open(folder);
      boolean opened = false;
      try {
        IndexFacts kept = kept(folder, directory, facts);
        IndexWriter writer = whole(new IndexWriter(directory, config(kept)));
        opened = true;
        return new PictureIndexWriter(folder, directory, writer, kept);
      } finally {
        if (!opened) {
          directory.close();
        }
      }
    } catch (IOException e) {
      throw IndexFolder.failure(folder, "opened for writing", e);
    }
  }

  /** Returns a writer of an index all of whose parts can be opened; gives it up otherwise. */
  private static IndexWriter whole(IndexWriter writer) throws IOException {
    boolean whole = false;
    try (DirectoryReader reader = DirectoryReader.open(writer)) {
      whole = reader.maxDoc() >= 0;
      return writer;
    } finally {
      if (!whole) {
        writer.rollback();
      }
    }
  }

  private static IndexFacts kept(Path folder, Directory directory, IndexFacts facts)
      throws IOException {
    if (!DirectoryReader.indexExists(directory)) {
      checkEmpty(folder);
      return facts;
    }
    IndexFacts there = IndexFolder.facts(folder, directory);
    there.check(folder.toString(), facts.fingerprint(), facts.model());
    if (there.quantization() != facts.quantization()) {
      throw new InvalidInputException(
          "%s has quantization %s, not %s; create another index for that"
              .formatted(folder, there.quantization(), facts.quantization()));
    }
    return there;
  }

  private static void checkEmpty(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      // What an interrupted writer left before its first commit begins like Lucene's own files.
      Optional<Path> foreign =
          files
              .filter(
                  file -> !file.getFileName().toString().matches("write\\.lock|_.*|.*segments_.*"))
              .sorted()
              .findFirst();
      if (foreign.isPresent()) {
        throw new InvalidInputException(
            "%s contains files that do not belong to an index, such as %s; choose an empty or a new folder"
                .formatted(folder, foreign.get().getFileName()));
      }
    }
  }

  private static IndexWriterConfig config(IndexFacts facts) {
    return new IndexWriterConfig()
        .setCodec(new VectorCodec(facts.quantization()))
        .setRAMBufferSizeMB(BUFFER_MEGABYTES)
        .setUseCompoundFile(false);
  }

  /** Returns what the index says of itself. */
  public synchronized IndexFacts facts() {
    return facts;
  }

  /**
   * Checks that vectors of a model belong into this index.
   *
   * @throws InvalidInputException when they do not
   */
  public void check(ClipModel model) {
    facts().check(folder.toString(), model.fingerprint(), model.name());
  }

  /**
   * Adds a picture, in the place of the one with its path if there is one.
   *
   * @param vector {@code float[dimensions]} of any length but 0; it is scaled to 1
   * @throws InvalidInputException when the vector has another width, or a field changes its kind
   */
  public void put(IndexedPicture picture, float[] vector) {
    IndexFacts known = facts();
    if (vector.length != known.dimensions()) {
      throw new InvalidInputException(
          "%s contains vectors of %s numbers, but %s has %s"
              .formatted(folder, known.dimensions(), picture.path(), vector.length));
    }
    learn(Schema.kinds(picture));
    float[] unit = Vectors.unit(vector);
    write(
        () -> {
          writer.updateDocument(Schema.key(picture.path()), Schema.document(picture, unit));
          return true;
        });
  }

  private synchronized void learn(Map<String, FieldKind> kinds) {
    if (!facts.fields().entrySet().containsAll(kinds.entrySet())) {
      facts = facts.withFields(kinds);
    }
  }

  /** Removes a picture if it is there. */
  public void remove(String path) {
    write(() -> writer.deleteDocuments(Schema.key(path)));
  }

  /**
   * Removes the pictures of a folder.
   *
   * @return how many
   */
  public long forget(Path root) {
    String below = FolderUpdate.below(root);
    List<String> gone = new ArrayList<>();
    try (KnownPictures pictures = KnownPictures.of(folder, this)) {
      pictures.forEach(
          picture -> {
            if (picture.path().startsWith(below)) {
              gone.add(picture.path());
            }
          });
    }
    gone.forEach(this::remove);
    return gone.size();
  }

  /**
   * Adds the pictures of another index whose paths this one lacks.
   *
   * @return how many were added
   * @throws InvalidInputException when it holds vectors of another model
   */
  public long merge(PictureIndex other) {
    IndexFacts theirs = other.facts();
    facts().check(folder.toString(), theirs.fingerprint(), theirs.model());
    Set<String> known = new HashSet<>();
    try (KnownPictures pictures = KnownPictures.of(folder, this)) {
      pictures.forEach(picture -> known.add(picture.path()));
    }
    long[] added = {0};
    other.forEach(
        List.of(),
        (picture, vector) -> {
          if (!known.contains(picture.path())) {
            put(picture, vector);
            added[0]++;
          }
        });
    return added[0];
  }

  /** Makes what was put and removed so far stay. */
  public void commit() {
    write(
        () -> {
          Map<String, String> data = facts().toUserData();
          if (!data.equals(written())) {
            writer.setLiveCommitData(data.entrySet());
          }
          return writer.commit();
        });
  }

  private Map<String, String> written() {
    Map<String, String> data = new LinkedHashMap<>();
    Iterable<Map.Entry<String, String>> live = writer.getLiveCommitData();
    if (live != null) {
      live.forEach(entry -> data.put(entry.getKey(), entry.getValue()));
    }
    return data;
  }

  /**
   * Merges everything into one part, so that searches are fastest. It takes about as long as it
   * took to add all pictures.
   */
  public void compact() {
    write(
        () -> {
          writer.forceMerge(1);
          return true;
        });
    commit();
  }

  /** Returns how many pictures there are, those that are not committed included. */
  public long size() {
    return write(() -> (long) writer.getDocStats().numDocs);
  }

  /** Commits, waits until parts of the index that were to be merged are, and closes. */
  public void finish() {
    commit();
    write(
        () -> {
          writer.close();
          directory.close();
          return true;
        });
  }

  Path folder() {
    return folder;
  }

  /** Returns a reader of everything, what is not committed included; the caller closes it. */
  DirectoryReader reader() {
    return write(() -> DirectoryReader.open(writer));
  }

  private interface Work<T> {
    T run() throws IOException;
  }

  private <T> T write(Work<T> work) {
    try {
      return work.run();
    } catch (AlreadyClosedException e) {
      Throwable cause = writer.getTragicException();
      if (cause instanceof IOException io) {
        throw IndexFolder.failure(folder, "written", io);
      }
      throw new ClosedException("writer of index " + folder);
    } catch (IOException e) {
      throw IndexFolder.failure(folder, "written", e);
    }
  }

  /** Gives up what is not committed and lets others write. */
  @Override
  public void close() {
    try {
      if (writer.isOpen()) {
        writer.rollback();
      }
      directory.close();
    } catch (IOException e) {
      throw IndexFolder.failure(folder, "closed", e);
    }
  }
}

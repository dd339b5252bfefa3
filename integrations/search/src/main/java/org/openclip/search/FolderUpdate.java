package org.openclip.search;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.image.PictureSource;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.model.PictureSink;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.picture.PictureFolder;
import org.openclip.search.KnownPictures.Known;
import org.openclip.search.facts.IndexedPicture;
import org.openclip.search.facts.PictureFacts;
import org.openclip.search.storage.Schema;

/**
 * Brings an index up to date with a folder: pictures that are new or changed are embedded, those
 * that moved keep their vectors, those that are gone are removed. A file is taken for unchanged
 * while its size and time are; one that moved is recognised by its bytes.
 */
public final class FolderUpdate {
  private final PictureIndexWriter writer;
  private final ClipModel model;
  private final PluginRegistry plugins;
  private final PictureFacts facts;
  private final int commitEvery;

  /**
   * Creates an update.
   *
   * @param facts what is known about pictures
   * @param commitEvery after how many pictures what was done stays
   */
  public FolderUpdate(
      PictureIndexWriter writer,
      ClipModel model,
      PluginRegistry plugins,
      PictureFacts facts,
      int commitEvery) {
    if (commitEvery < 1) {
      throw new InvalidInputException(
          "the number of pictures between commits is " + commitEvery + ", but must be positive");
    }
    writer.check(model);
    this.writer = writer;
    this.model = model;
    this.plugins = plugins;
    this.facts = facts;
    this.commitEvery = commitEvery;
  }

  /** Returns the key by which an index knows a file. */
  public static String key(Path file) {
    return file.getFileSystem().equals(FileSystems.getDefault())
        ? file.toAbsolutePath().normalize().toString()
        : file.toUri().toString();
  }

  /** Returns how the keys of all files below a folder begin. */
  static String below(Path root) {
    boolean local = root.getFileSystem().equals(FileSystems.getDefault());
    String separator = local ? root.getFileSystem().getSeparator() : "/";
    String key = key(root);
    return key.endsWith(separator) ? key : key + separator;
  }

  /**
   * Runs it. When it ends half-way, all that was committed stays, and the next run goes on.
   *
   * @throws InvalidInputException when the folder is missing, or has no picture while the index has
   *     some of it
   */
  public UpdateSummary run(Path root, UpdateListener listener) {
    PictureFolder listed = PictureFolder.list(root, plugins);
    Run run = new Run(root, listener);
    try (KnownPictures known = KnownPictures.of(writer.folder(), writer)) {
      run.compare(listed, known);
      run.move(known);
      run.forget();
      writer.commit();
    }
    run.embed();
    return run.summary();
  }

  /** A file that is to be put into the index. */
  private record Waiting(Path file, IndexedPicture picture, boolean changed) {}

  private final class Run {
    private final Path root;
    private final UpdateListener listener;
    private final Map<String, Known> before = new HashMap<>();
    private final List<Waiting> waiting = new ArrayList<>();
    private long added;
    private long changed;
    private long moved;
    private long removed;
    private long unchanged;
    private long failed;

    Run(Path root, UpdateListener listener) {
      this.root = root;
      this.listener = listener;
    }

    /** Finds what is new, changed and gone. */
    void compare(PictureFolder listed, KnownPictures known) {
      String below = below(root);
      known.forEach(
          picture -> {
            if (picture.path().startsWith(below)) {
              before.put(picture.path(), picture);
            }
          });
      if (listed.pictures().isEmpty()) {
        throw new InvalidInputException(
            before.isEmpty()
                ? "folder %s contains no pictures; their file names must end in %s"
                    .formatted(root, listed.knownEndings())
                : "folder %s no longer contains pictures, but the index has %s from it; check that its disk is mounted, or remove them with 'openclip index --forget %s'"
                    .formatted(root, before.size(), root));
      }
      for (Path file : listed.pictures()) {
        InterruptedCallException.check("a folder was compared with its index");
        compare(file, known);
      }
    }

    private void compare(Path file, KnownPictures pictures) {
      Optional<IndexedPicture> stamped = stamp(file);
      if (stamped.isEmpty()) {
        // It vanished since the folder was listed, so it is gone.
        return;
      }
      IndexedPicture picture = facts.about(root, file, stamped.get());
      Known known = before.remove(picture.path());
      if (known == null) {
        waiting.add(new Waiting(file, picture, false));
      } else if (known.size() != picture.size() || known.modified() != picture.modified()) {
        waiting.add(new Waiting(file, picture, true));
      } else if (known.about() != Schema.about(picture)) {
        String hash = pictures.picture(known).hash();
        writer.put(
            picture.withFile(picture.size(), picture.modified(), hash), pictures.vector(known));
        changed++;
      } else {
        unchanged++;
      }
    }

    private static Optional<IndexedPicture> stamp(Path file) {
      try {
        BasicFileAttributes read = Files.readAttributes(file, BasicFileAttributes.class);
        return Optional.of(
            IndexedPicture.at(key(file))
                .withFile(read.size(), read.lastModifiedTime().toMillis(), ""));
      } catch (IOException e) {
        return Optional.empty();
      }
    }

    /** Gives new files the vectors of gone ones that have the same bytes. */
    void move(KnownPictures known) {
      Map<Long, List<Known>> gone = new HashMap<>();
      before.values().forEach(k -> gone.computeIfAbsent(k.size(), s -> new ArrayList<>()).add(k));
      waiting.removeIf(
          file ->
              !file.changed()
                  && isMoved(file, gone.getOrDefault(file.picture().size(), List.of()), known));
    }

    private boolean isMoved(Waiting file, List<Known> candidates, KnownPictures known) {
      if (candidates.isEmpty() || file.picture().size() > PictureSource.MOST_BYTES) {
        return false;
      }
      String hash;
      try {
        hash = hash(Files.readAllBytes(file.file()));
      } catch (IOException e) {
        // It is read once more to be embedded, and what is wrong is said then.
        return false;
      }
      for (Known old : candidates) {
        if (known.picture(old).hash().equals(hash)) {
          IndexedPicture picture = file.picture();
          writer.put(picture.withFile(picture.size(), picture.modified(), hash), known.vector(old));
          moved++;
          if (before.remove(old.path()) != null) {
            writer.remove(old.path());
          }
          return true;
        }
      }
      return false;
    }

    /** Removes what is gone. */
    void forget() {
      before.keySet().forEach(writer::remove);
      removed = before.size();
    }

    void embed() {
      listener.begins(waiting.size());
      Map<Long, String> hashes = new ConcurrentHashMap<>();
      List<PictureSource> sources = new ArrayList<>(waiting.size());
      for (Waiting file : waiting) {
        long index = sources.size();
        sources.add(
            PictureSource.opening(file.file().toString(), () -> read(file.file(), index, hashes)));
      }
      model.encodeImages(sources.stream(), new Embedded(hashes));
      writer.commit();
    }

    /** Puts what was embedded into the index. */
    private final class Embedded implements PictureSink {
      private final Map<Long, String> hashes;
      private long committed;

      Embedded(Map<Long, String> hashes) {
        this.hashes = hashes;
      }

      @Override
      public void take(Batch batch) {
        Embeddings rows = batch.rows();
        for (int i = 0; i < rows.size(); i++) {
          long index = batch.items().get(i).index();
          Waiting file = waiting.get(Math.toIntExact(index));
          IndexedPicture picture = file.picture();
          String hash = String.valueOf(hashes.remove(index));
          writer.put(picture.withFile(picture.size(), picture.modified(), hash), rows.row(i));
          if (file.changed()) {
            changed++;
          } else {
            added++;
          }
        }
      }

      @Override
      public void failed(Failure failure) {
        Waiting file = waiting.get(Math.toIntExact(failure.index()));
        hashes.remove(failure.index());
        listener.failed(file.picture().path(), failure.reason());
        if (file.changed()) {
          writer.remove(file.picture().path());
        }
        failed++;
      }

      @Override
      public void done(long pictures) {
        if (pictures - committed >= commitEvery) {
          writer.commit();
          committed = pictures;
        }
        listener.done(pictures);
      }

      @Override
      public boolean cancelled() {
        return listener.cancelled();
      }
    }

    UpdateSummary summary() {
      return new UpdateSummary(added, changed, moved, removed, unchanged, failed);
    }
  }

  private static InputStream read(Path file, long index, Map<Long, String> hashes)
      throws IOException {
    if (Files.size(file) > PictureSource.MOST_BYTES) {
      return Files.newInputStream(file);
    }
    byte[] bytes = Files.readAllBytes(file);
    hashes.put(index, hash(bytes));
    return new ByteArrayInputStream(bytes);
  }

  private static String hash(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }
}

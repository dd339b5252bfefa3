package org.openclip.hub.bulk;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.model.PictureSink;
import org.openclip.hub.io.AtomicFile;
import org.openclip.hub.io.JsonObjects;
import org.openclip.hub.io.ProcessLock;
import org.openclip.hub.remote.RemoteFiles;

/**
 * The embedding of any number of pictures into a folder: numbered parts of a fixed number of rows,
 * {@code embed.json}, which says what they are, and {@code failed.jsonl}, which names the pictures
 * that cannot be read. A part appears when it is whole. What is interrupted goes on with what is
 * missing or changed, and ends with the files that it would have had.
 */
public final class BulkEmbedding {
  private static final String FAILED = "failed.jsonl";
  private static final String LOCK = ".lock";
  private static final Pattern UNFINISHED =
      Pattern.compile("(embeddings_|metadata_|embed\\.json|failed\\.jsonl).*\\.part");

  private final ClipModel model;
  private final Path folder;
  private final int partRows;
  private final boolean raw;

  /**
   * Creates a run.
   *
   * @param partRows the rows of each part but the last
   * @param raw whether vectors are written as the tower gives them, and not scaled to length 1
   */
  public BulkEmbedding(ClipModel model, Path folder, int partRows, boolean raw) {
    if (partRows < 1) {
      throw new InvalidInputException(
          "the number of rows of a part is " + partRows + ", but must be positive");
    }
    this.model = model;
    this.folder = folder;
    this.partRows = partRows;
    this.raw = raw;
  }

  /**
   * What was done.
   *
   * @param embedded pictures that were embedded now
   * @param kept pictures whose vectors were there already
   * @param failed pictures that cannot be read
   * @param parts the number of pairs of files
   */
  public record Summary(long embedded, long kept, long failed, int parts) {}

  /**
   * Returns the pictures of files. A tar archive, plain or packed by gzip, stands for those in it,
   * and a table for those that it names.
   *
   * @param isPicture by the names of an archive's members
   * @param tables how tables are read
   */
  public static List<BulkItem> items(
      List<Path> files, Predicate<String> isPicture, TablePictures tables) {
    RemoteFiles remote = new RemoteFiles();
    List<BulkItem> items = new ArrayList<>();
    for (Path file : files) {
      String name = file.toString();
      if (TarMembers.isArchive(name)) {
        items.addAll(TarMembers.list(file, isPicture));
      } else if (TablePictures.isTable(name)) {
        items.addAll(tables.list(file, remote));
      } else {
        items.add(BulkItem.of(file));
      }
    }
    return items;
  }

  /** Returns whether a location is that of a tar archive behind a web server. */
  public static boolean isWebArchive(String location) {
    return RemoteFiles.isWeb(location)
        && TarMembers.isArchive(location.replaceFirst("[?#].*$", ""));
  }

  /**
   * Returns the pictures of a tar archive behind a web server. It is read through once to list
   * them, and once when they are embedded.
   */
  public static List<BulkItem> items(String location, Predicate<String> isPicture) {
    return TarMembers.list(location, new RemoteFiles(), isPicture);
  }

  /**
   * Embeds pictures. One that is named twice has one row.
   *
   * @param resume whether the folder may have parts already, which are gone on with
   * @param progress is told how many pictures are over, of those that are embedded now
   * @throws InvalidInputException when the folder has parts and is not to be resumed, or has those
   *     of another model
   */
  public Summary run(List<BulkItem> items, boolean resume, LongConsumer progress) {
    try (ProcessLock alone = ProcessLock.take(folder.resolve(LOCK))) {
      if (!alone.exclusive()) {
        System.getLogger(BulkEmbedding.class.getName())
            .log(Level.DEBUG, "{0} cannot be locked; only one process may write to it", folder);
      }
      return runAlone(items, resume, progress);
    } catch (IOException e) {
      throw new OpenClipException(folder + " cannot be written: " + e, e);
    }
  }

  private Summary runAlone(List<BulkItem> items, boolean resume, LongConsumer progress)
      throws IOException {
    List<Manifest.Part> before = new ArrayList<>();
    Map<String, Old> old = before(resume, before);
    deleteUnfinished();
    Map<String, BulkItem> distinct = new LinkedHashMap<>();
    items.forEach(item -> distinct.putIfAbsent(item.id(), item));
    Run run = new Run(List.copyOf(distinct.values()), old, before);
    List<BulkItem> fresh = new ArrayList<>();
    for (BulkItem item : distinct.values()) {
      if (run.kept(item) == null) {
        fresh.add(item);
      }
    }
    run.advance();
    model.encodeImages(fresh.stream().map(BulkItem::source), new Sink(run, fresh, progress));
    return run.finish();
  }

  /** A vector that was there before, and where. */
  private record Old(BulkItem item, VectorPart.Rows rows, int part, int row) {}

  private Map<String, Old> before(boolean resume, List<Manifest.Part> before) {
    Map<String, Old> old = new HashMap<>();
    if (!Manifest.exists(folder)) {
      if (new VectorPart(folder, 0).exists()) {
        throw new InvalidInputException(
            folder + " holds vectors, but no " + Manifest.NAME + "; choose another folder");
      }
      return old;
    }
    if (!resume) {
      throw new InvalidInputException(
          folder + " already holds vectors; continue with --resume, or choose another folder");
    }
    Manifest manifest = Manifest.read(folder);
    if (!manifest.fingerprint().equals(model.fingerprint()) || manifest.normalised() == raw) {
      throw new InvalidInputException(
          "%s holds %s vectors of model %s (%s), but %s vectors of %s (%s) are requested; choose another folder"
              .formatted(
                  folder,
                  kind(manifest.normalised()),
                  manifest.model(),
                  manifest.fingerprint(),
                  kind(!raw),
                  model.name(),
                  model.fingerprint()));
    }
    before.addAll(manifest.parts());
    for (int number = 0; number < before.size(); number++) {
      int at = number;
      new VectorPart(folder, number)
          .read(before.get(number), manifest.dimensions())
          .ifPresent(
              part -> {
                for (int row = 0; row < part.items().size(); row++) {
                  BulkItem item = part.items().get(row);
                  old.put(item.id(), new Old(item, part.rows(), at, row));
                }
              });
    }
    return old;
  }

  /** Deletes what a killed process was writing. */
  private void deleteUnfinished() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        if (UNFINISHED.matcher(file.getFileName().toString()).matches()) {
          Files.delete(file);
        }
      }
    }
  }

  private static String kind(boolean normalised) {
    return normalised ? "normalised" : "raw";
  }

  /** The rows in the making, in the order of the items. */
  private final class Run {
    private final List<BulkItem> items;
    private final Map<String, Old> old;
    private final Map<String, String> failed = new LinkedHashMap<>();
    private final Map<String, float[]> embedded = new HashMap<>();
    private final List<Manifest.Part> parts = new ArrayList<>();
    private final List<BulkItem> partItems = new ArrayList<>();
    private final List<float[]> partVectors = new ArrayList<>();
    private final List<Manifest.Part> before;

    /** Whether the part in the making is so far the one that is there. */
    private boolean partStays = true;

    private int next;
    private long fresh;
    private long kept;

    Run(List<BulkItem> items, Map<String, Old> old, List<Manifest.Part> before) {
      this.items = items;
      this.old = old;
      this.before = before;
    }

    @Nullable Old kept(BulkItem item) {
      Old there = old.get(item.id());
      return there != null && there.item().same(item) ? there : null;
    }

    void embedded(BulkItem item, float[] row) {
      embedded.put(item.id(), row);
      fresh++;
    }

    void failed(BulkItem item, String reason) {
      failed.put(item.id(), reason);
    }

    /** Takes the items whose rows are known by now into parts, in order. */
    void advance() {
      for (; next < items.size(); next++) {
        BulkItem item = items.get(next);
        Old there = kept(item);
        float[] row = there == null ? embedded.remove(item.id()) : there.rows().row(there.row());
        if (row == null && !failed.containsKey(item.id())) {
          return;
        }
        if (row != null) {
          kept += there == null ? 0 : 1;
          partStays &=
              there != null && there.part() == parts.size() && there.row() == partItems.size();
          partItems.add(item);
          partVectors.add(row);
          if (partItems.size() == partRows) {
            endPart();
          }
        }
      }
    }

    private void endPart() {
      int number = parts.size();
      if (partStays && before.get(number).rows() == partItems.size()) {
        parts.add(before.get(number));
      } else {
        parts.add(new VectorPart(folder, number).write(partItems, vectors()));
        // The parts behind it are those of before, whose vectors a next run can still take.
        List<Manifest.Part> all = new ArrayList<>(parts);
        all.addAll(before.subList(Math.min(before.size(), parts.size()), before.size()));
        writeManifest(all);
      }
      partItems.clear();
      partVectors.clear();
      partStays = true;
    }

    private Embeddings vectors() {
      int width = model.embedDim();
      float[] all = new float[Math.multiplyExact(partVectors.size(), width)];
      for (int i = 0; i < partVectors.size(); i++) {
        System.arraycopy(partVectors.get(i), 0, all, i * width, width);
      }
      return Embeddings.of(width, all);
    }

    private void writeManifest(List<Manifest.Part> all) {
      new Manifest(model.fingerprint(), model.name(), model.embedDim(), !raw, all).write(folder);
    }

    Summary finish() {
      advance();
      if (!partItems.isEmpty()) {
        endPart();
      }
      writeManifest(parts);
      for (int number = parts.size(); new VectorPart(folder, number).exists(); number++) {
        new VectorPart(folder, number).delete();
      }
      writeFailures();
      return new Summary(fresh, kept, failed.size(), parts.size());
    }

    private void writeFailures() {
      if (failed.isEmpty()) {
        try {
          Files.deleteIfExists(folder.resolve(FAILED));
        } catch (IOException e) {
          throw new OpenClipException(folder.resolve(FAILED) + " cannot be deleted: " + e, e);
        }
        return;
      }
      StringBuilder lines = new StringBuilder();
      failed.forEach(
          (path, reason) -> {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("path", path);
            object.put("reason", reason);
            lines.append(JsonObjects.writeCompact(object)).append('\n');
          });
      byte[] text = lines.toString().getBytes(StandardCharsets.UTF_8);
      AtomicFile.write(
          folder.resolve(FAILED),
          channel -> {
            ByteBuffer rest = ByteBuffer.wrap(text);
            while (rest.hasRemaining()) {
              channel.write(rest);
            }
          });
    }
  }

  /** Takes what was embedded. */
  private final class Sink implements PictureSink {
    private final Run run;
    private final List<BulkItem> fresh;
    private final LongConsumer progress;

    Sink(Run run, List<BulkItem> fresh, LongConsumer progress) {
      this.run = run;
      this.fresh = fresh;
      this.progress = progress;
    }

    @Override
    public void take(Batch batch) {
      Embeddings rows = raw ? batch.rows() : batch.rows().normalised();
      for (int i = 0; i < rows.size(); i++) {
        run.embedded(fresh.get(Math.toIntExact(batch.items().get(i).index())), rows.row(i));
      }
    }

    @Override
    public void failed(Failure failure) {
      run.failed(
          fresh.get(Math.toIntExact(failure.index())),
          String.valueOf(failure.reason().getMessage()));
    }

    @Override
    public void done(long pictures) {
      run.advance();
      progress.accept(pictures);
    }
  }
}

package org.openclip.hub.cli.bulk;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.model.PictureSink;
import org.openclip.hub.io.ProcessLock;

/**
 * Embeds any number of pictures into a folder. The folder contains numbered parts of a fixed number
 * of rows, {@code embed.json}, which describes them, and {@code failed.jsonl}, which lists the
 * pictures that cannot be read. A part appears when it is complete. A run that was interrupted can
 * be continued with the missing and changed pictures, and ends with the same files.
 */
public final class BulkEmbedding {
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
   * @param partRows the number of rows of each part except the last
   * @param raw whether vectors are written without normalisation
   */
  public BulkEmbedding(ClipModel model, Path folder, int partRows, boolean raw) {
    int most = NpyWriter.mostRows(model.embedDim());
    if (partRows < 1 || partRows > most) {
      throw new InvalidInputException(
          "a part of %s rows is requested, but vectors of %s dimensions allow from 1 to %s"
              .formatted(partRows, model.embedDim(), most));
    }
    this.model = model;
    this.folder = folder;
    this.partRows = partRows;
    this.raw = raw;
  }

  /**
   * The result of a run.
   *
   * @param embedded the number of pictures that were embedded
   * @param kept the number of pictures whose vectors were kept
   * @param failed the number of pictures that cannot be read
   * @param parts the number of pairs of files
   */
  public record Summary(long embedded, long kept, long failed, int parts) {}

  /**
   * Embeds pictures. A picture that is listed twice has one row.
   *
   * @param resume whether an existing folder is continued
   * @param progress receives the number of pictures that are finished, without those that are kept
   * @throws InvalidInputException if the folder has parts and is not continued, or has parts of
   *     another model
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
    RowsBefore before = before(resume);
    deleteUnfinished();
    Map<String, BulkItem> distinct = new LinkedHashMap<>();
    items.forEach(item -> distinct.putIfAbsent(item.id(), item));
    BulkRun run =
        new BulkRun(model, folder, partRows, !raw, List.copyOf(distinct.values()), before);
    List<BulkItem> fresh = new ArrayList<>();
    for (BulkItem item : distinct.values()) {
      if (before.row(item) == null) {
        fresh.add(item);
      }
    }
    run.advance();
    model.encodeImages(fresh.stream().map(BulkItem::source), new Sink(run, fresh, progress));
    return run.finish();
  }

  private RowsBefore before(boolean resume) {
    if (!Manifest.exists(folder)) {
      if (new VectorPart(folder, 0).exists()) {
        throw new InvalidInputException(
            folder + " holds vectors, but no " + Manifest.NAME + "; choose another folder");
      }
      return new RowsBefore(folder, List.of(), model.embedDim());
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
    return new RowsBefore(folder, manifest.parts(), manifest.dimensions());
  }

  /** Deletes the unfinished files of a killed process. */
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

  /** Passes results to a run. */
  private final class Sink implements PictureSink {
    private final BulkRun run;
    private final List<BulkItem> fresh;
    private final LongConsumer progress;

    Sink(BulkRun run, List<BulkItem> fresh, LongConsumer progress) {
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

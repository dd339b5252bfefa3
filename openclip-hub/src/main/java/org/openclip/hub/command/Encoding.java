package org.openclip.hub.command;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.hub.cli.PictureArguments;
import org.openclip.hub.cli.Progress;

/** The embedding of any number of pictures and texts, a few batches in memory at a time. */
final class Encoding {
  /** Batches that are handed to the model together, so that it prepares one while one runs. */
  private static final int BATCHES = 8;

  private final ClipModel model;
  private final int most;
  private final EmbeddingSink sink;
  private final Progress progress;
  private final @Nullable PrintStream skipped;
  private final List<String> waiting = new ArrayList<>();
  private String kind = "";
  private long skips;

  /**
   * Creates the path from names to vectors.
   *
   * @param batch the model's batch size
   * @param skipped where pictures that cannot be read are named; null when they end the work
   */
  Encoding(
      ClipModel model,
      int batch,
      EmbeddingSink sink,
      Progress progress,
      @Nullable PrintStream skipped) {
    this.model = model;
    this.most = Math.multiplyExact(batch, BATCHES);
    this.sink = sink;
    this.progress = progress;
    this.skipped = skipped;
  }

  /** Takes a picture file. */
  void picture(String file) {
    take("image", file);
  }

  /** Takes a text. */
  void text(String text) {
    take("text", text);
  }

  private void take(String newKind, String id) {
    if (!newKind.equals(kind) || waiting.size() >= most) {
      flush();
      kind = newKind;
    }
    waiting.add(id);
  }

  /** Embeds what waits; to be called after the last item, too. */
  void flush() {
    if (waiting.isEmpty()) {
      return;
    }
    List<String> ids = List.copyOf(waiting);
    waiting.clear();
    try {
      append(ids, encode(ids));
    } catch (InvalidInputException | InvalidFileException e) {
      PrintStream report = skipped;
      if (report == null || !kind.equals("image")) {
        throw e;
      }
      oneByOne(ids, report);
    }
    progress.advance(ids.size());
  }

  private void oneByOne(List<String> ids, PrintStream report) {
    for (String id : ids) {
      Embeddings row;
      try {
        row = encode(List.of(id));
      } catch (InvalidInputException | InvalidFileException e) {
        progress.wipe();
        report.println("openclip: skipped: " + e.getMessage());
        report.flush();
        skips++;
        continue;
      }
      append(List.of(id), row);
    }
  }

  private Embeddings encode(List<String> ids) {
    return kind.equals("text")
        ? model.encodeTexts(ids)
        : model.encodeImages(ids.stream().map(PictureArguments::path).toList());
  }

  private void append(List<String> ids, Embeddings rows) {
    try {
      sink.append(ids.stream().map(id -> new EmbeddingSink.Item(kind, id)).toList(), rows);
    } catch (IOException e) {
      InterruptedCallException.check("vectors were written", e);
      throw new OpenClipException("the vectors cannot be written: " + e.getMessage(), e);
    }
  }

  /** Returns how many pictures were left out because they cannot be read. */
  long skips() {
    return skips;
  }

  /** Embeds all of a few pictures and keeps the vectors. */
  static Embeddings pictures(ClipModel model, int batch, List<Path> files, Progress progress) {
    List<Embeddings> parts = new ArrayList<>();
    Encoding encoding =
        new Encoding(model, batch, (items, rows) -> parts.add(rows), progress, null);
    files.forEach(file -> encoding.picture(file.toString()));
    encoding.flush();
    return Embeddings.concat(parts);
  }

  /** Embeds all of a few texts and keeps the vectors. */
  static Embeddings texts(ClipModel model, int batch, List<String> texts, Progress progress) {
    List<Embeddings> parts = new ArrayList<>();
    Encoding encoding =
        new Encoding(model, batch, (items, rows) -> parts.add(rows), progress, null);
    texts.forEach(encoding::text);
    encoding.flush();
    return Embeddings.concat(parts);
  }
}

package org.openclip.hub.cli.command.picture;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.OpenClipException;
import org.openclip.api.model.Embeddings;
import org.openclip.hub.cli.BadPictures;
import org.openclip.hub.cli.JointModel;
import org.openclip.hub.cli.PictureArguments;

/** The embedding of any number of files and texts, a few batches in memory at a time. */
final class Encoding {
  /** Batches that are handed to the model together, so that it prepares one while one runs. */
  private static final int BATCHES = 8;

  private final JointModel model;
  private final int most;
  private final EmbeddingSink sink;
  private final BadPictures judge;
  private final List<String> waiting = new ArrayList<>();
  private String kind = "";

  /**
   * Creates the path from names to vectors.
   *
   * @param batch the model's batch size
   * @param judge of pictures that cannot be read; it is told of every batch, too
   */
  Encoding(JointModel model, int batch, EmbeddingSink sink, BadPictures judge) {
    this.model = model;
    this.most = Math.multiplyExact(batch, BATCHES);
    this.sink = sink;
    this.judge = judge;
  }

  /** Takes a picture or sound file. */
  void picture(String file) {
    take(model.kind().noun(), file);
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
    if (kind.equals("text")) {
      append(ids, model.encodeTexts(ids, judge));
    } else {
      List<Path> files = ids.stream().map(PictureArguments::path).toList();
      Embeddings rows = model.encodeFiles(files, judge);
      append(judge.kept(ids), rows);
    }
  }

  private void append(List<String> ids, Embeddings rows) {
    if (ids.isEmpty()) {
      return;
    }
    try {
      sink.append(ids.stream().map(id -> new EmbeddingSink.Item(kind, id)).toList(), rows);
    } catch (IOException e) {
      InterruptedCallException.check("vectors were written", e);
      throw new OpenClipException("the vectors cannot be written: " + e.getMessage(), e);
    }
  }

  /**
   * Vectors that are kept in memory.
   *
   * @param ids the names of those that are there
   * @param rows one for each
   */
  record Kept(List<String> ids, Embeddings rows) {}

  /** Embeds all of a few pictures and keeps the vectors of those that are not left out. */
  static Kept pictures(JointModel model, int batch, List<Path> files, BadPictures judge) {
    List<String> ids = new ArrayList<>();
    List<Embeddings> parts = new ArrayList<>();
    Encoding encoding =
        new Encoding(
            model,
            batch,
            (items, rows) -> {
              items.forEach(item -> ids.add(item.id()));
              parts.add(rows);
            },
            judge);
    files.forEach(file -> encoding.picture(file.toString()));
    encoding.flush();
    return new Kept(ids, Embeddings.concat(parts));
  }

  /** Embeds all of a few texts and keeps the vectors. */
  static Embeddings texts(JointModel model, int batch, List<String> texts, BadPictures judge) {
    List<Embeddings> parts = new ArrayList<>();
    Encoding encoding = new Encoding(model, batch, (items, rows) -> parts.add(rows), judge);
    texts.forEach(encoding::text);
    encoding.flush();
    return Embeddings.concat(parts);
  }
}

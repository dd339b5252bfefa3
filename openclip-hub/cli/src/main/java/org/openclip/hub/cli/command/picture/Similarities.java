package org.openclip.hub.cli.command.picture;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openclip.api.model.Embeddings;
import org.openclip.hub.cli.result.DelimitedRows;
import org.openclip.hub.cli.result.JsonLines;
import org.openclip.hub.cli.result.ResultFormat;
import org.openclip.hub.cli.terminal.BrokenPipeException;

/** A matrix of cosines: pictures are rows and texts are columns; one kind alone is both. */
final class Similarities {
  private final List<String> pictures;
  private final List<String> texts;
  private final float[][] cosines;

  /**
   * Compares pictures and texts.
   *
   * @param pictures their paths and vectors
   * @param captions the vectors of the texts
   */
  Similarities(Encoding.Kept pictures, List<String> texts, Embeddings captions) {
    this.pictures = List.copyOf(pictures.ids());
    this.texts = List.copyOf(texts);
    Embeddings rows = this.pictures.isEmpty() ? captions : pictures.rows();
    this.cosines = rows.cosine(texts.isEmpty() ? pictures.rows() : captions);
  }

  private List<String> rows() {
    return pictures.isEmpty() ? texts : pictures;
  }

  private List<String> columns() {
    return texts.isEmpty() ? pictures : texts;
  }

  /** Writes all of it. */
  void write(ResultFormat format, PrintStream out) {
    switch (format) {
      case TABLE ->
          new SimilarityTable(rows(), !pictures.isEmpty(), columns(), texts.isEmpty())
              .print(cosines, out);
      case JSON -> {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("rows", rows());
        object.put("columns", columns());
        object.put("cosines", cosines);
        JsonLines.print(out, object);
      }
      case JSONL -> {
        for (int i = 0; i < cosines.length; i++) {
          Map<String, Object> object = new LinkedHashMap<>();
          object.put("row", rows().get(i));
          object.put("columns", columns());
          object.put("cosines", cosines[i]);
          JsonLines.print(out, object);
        }
      }
      case CSV, TSV -> {
        DelimitedRows table = new DelimitedRows(out, format);
        List<Object> head = new ArrayList<>(List.of("name"));
        head.addAll(columns());
        table.row(head);
        for (int i = 0; i < cosines.length; i++) {
          List<Object> cells = new ArrayList<>(List.of(rows().get(i)));
          for (float cosine : cosines[i]) {
            cells.add(cosine);
          }
          table.row(cells);
        }
        BrokenPipeException.flush(out);
      }
    }
  }
}

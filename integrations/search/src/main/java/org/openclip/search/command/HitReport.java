package org.openclip.search.command;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.openclip.hub.cli.result.DelimitedRows;
import org.openclip.hub.cli.result.JsonLines;
import org.openclip.hub.cli.result.ResultFormat;
import org.openclip.hub.cli.terminal.BrokenPipeException;
import org.openclip.hub.cli.terminal.Table;
import org.openclip.search.facts.IndexFacts;
import org.openclip.search.facts.IndexedPicture;
import org.openclip.search.query.Hit;

/** Writes pictures that were found, in the form that the user chose. */
final class HitReport {
  private static final int DECIMALS = 4;

  private final PrintStream out;
  private final ResultFormat format;
  private final IndexFacts facts;
  private final String query;

  HitReport(PrintStream out, ResultFormat format, IndexFacts facts, String query) {
    this.out = out;
    this.format = format;
    this.facts = facts;
    this.query = query;
  }

  void write(List<Hit> hits) {
    switch (format) {
      case TABLE -> table(hits);
      case JSON -> json(hits);
      case JSONL -> {
        for (int i = 0; i < hits.size(); i++) {
          JsonLines.print(out, object(i + 1, hits.get(i)));
        }
      }
      case CSV, TSV -> rows(hits);
    }
  }

  private void table(List<Hit> hits) {
    Table table = new Table(2);
    for (Hit hit : hits) {
      String caption = hit.picture().caption();
      table.row(
          List.of(
              Table.decimals(hit.cosine(), DECIMALS),
              hit.picture().path() + (caption.isEmpty() ? "" : "  (" + caption + ")")));
    }
    if (hits.isEmpty()) {
      out.println("no picture matches the filters");
    }
    table.print(out);
    BrokenPipeException.flush(out);
  }

  private void json(List<Hit> hits) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("query", query);
    all.put("model", facts.model());
    all.put("fingerprint", facts.fingerprint());
    all.put(
        "results",
        IntStream.range(0, hits.size()).mapToObj(i -> object(i + 1, hits.get(i))).toList());
    JsonLines.print(out, all);
  }

  private static Map<String, Object> object(int rank, Hit hit) {
    IndexedPicture picture = hit.picture();
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("rank", rank);
    object.put("path", picture.path());
    object.put("cosine", hit.cosine());
    if (!picture.caption().isEmpty()) {
      object.put("caption", picture.caption());
    }
    if (!picture.tags().isEmpty()) {
      object.put("tags", picture.tags());
    }
    if (!picture.fields().isEmpty()) {
      object.put("fields", picture.fields());
    }
    return object;
  }

  private void rows(List<Hit> hits) {
    DelimitedRows rows = new DelimitedRows(out, format);
    rows.row(List.of("rank", "cosine", "path", "caption", "tags"));
    for (int i = 0; i < hits.size(); i++) {
      IndexedPicture picture = hits.get(i).picture();
      rows.row(
          List.of(
              i + 1,
              Table.decimals(hits.get(i).cosine(), 6),
              picture.path(),
              picture.caption(),
              String.join(";", picture.tags())));
    }
    BrokenPipeException.flush(out);
  }
}

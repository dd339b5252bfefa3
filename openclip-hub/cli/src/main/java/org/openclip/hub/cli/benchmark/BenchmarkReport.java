package org.openclip.hub.cli.benchmark;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.openclip.hub.cli.result.DelimitedRows;
import org.openclip.hub.cli.terminal.Table;
import org.openclip.hub.io.JsonObjects;

/**
 * The results of a benchmark as text.
 *
 * @param results one a line
 * @param machine the processor and the system, in words
 */
record BenchmarkReport(List<Measured> results, String machine) {
  private static final List<String> HEAD =
      List.of(
          "model", "side", "work", "threads", "batch", "p50 ms", "p95 ms", "per s", "ratio",
          "GFLOP/s", "of peak", "MB");

  /** The number of columns that hold names. */
  private static final int NAMES = 3;

  String write(BenchmarkFormat format) {
    return switch (format) {
      case TABLE -> table();
      case JSON -> json();
      case CSV -> csv();
      case MARKDOWN -> markdown();
    };
  }

  private List<String> cells(Measured r) {
    Double ratio = r.ratio();
    double rate = r.gflops() / (r.timing().median() / 1000);
    return List.of(
        r.model(),
        r.side(),
        r.work().toString(),
        r.threads() == 0 ? "auto" : Integer.toString(r.threads()),
        Integer.toString(r.items()),
        Table.decimals(r.timing().median(), 2),
        Table.decimals(r.timing().quantile(0.95), 2),
        Table.decimals(r.timing().perSecond(r.items()), 1),
        ratio == null ? "-" : Table.decimals(ratio, 2),
        r.gflops() == 0 ? "-" : Table.decimals(rate, 0),
        r.share() == 0 ? "-" : Table.decimals(r.share() * 100, 0) + "%",
        r.memory() == 0 ? "-" : Table.decimals(r.memory() / 1e6, 0));
  }

  private String table() {
    Table table = new Table(NAMES);
    table.head(HEAD);
    results.forEach(r -> table.row(cells(r)));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    table.print(out);
    out.println();
    out.println(machine);
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private String json() {
    StringBuilder lines = new StringBuilder();
    for (Measured each : results) {
      var object = each.json();
      object.put("machine", machine);
      lines.append(JsonObjects.writeCompact(object)).append('\n');
    }
    return lines.toString();
  }

  private String csv() {
    StringBuilder lines = new StringBuilder();
    lines.append(DelimitedRows.line(HEAD, ','));
    results.forEach(r -> lines.append(DelimitedRows.line(cells(r), ',')));
    return lines.toString();
  }

  private String markdown() {
    List<String> rules = new ArrayList<>();
    for (int i = 0; i < HEAD.size(); i++) {
      rules.add(i < NAMES ? "---" : "---:");
    }
    StringBuilder lines = new StringBuilder();
    lines.append(row(HEAD)).append(row(rules));
    results.forEach(r -> lines.append(row(cells(r))));
    return lines.append('\n').append(machine).append('\n').toString();
  }

  private static String row(List<String> cells) {
    return "| "
        + String.join(" | ", cells.stream().map(cell -> cell.replace("|", "\\|")).toList())
        + " |\n";
  }
}

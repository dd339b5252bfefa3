package org.openclip.train.benchmark;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.openclip.api.OpenClipException;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.hub.cli.Arguments;
import org.openclip.hub.cli.result.DelimitedRows;
import org.openclip.train.benchmark.python.PythonRepr;
import org.openclip.train.benchmark.report.Result;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Joins results to one CSV file: a row for each, a column for each name that any of them has. */
@Command(
    customSynopsis = "openclip clip-benchmark build [OPTION...] FILE...",
    sortOptions = false,
    footer = {"", "  openclip clip-benchmark build results/*.json --output benchmark.csv"})
final class BuildCall implements Arguments.Call {
  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description = "Result files, or folders of them.")
  private List<Path> files = List.of();

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "The CSV file to write. Default: benchmark.csv.")
  private Path output = Path.of("benchmark.csv");

  @Override
  public int run(Environment environment) {
    List<Result> results = Result.read(files);
    Set<String> names = new LinkedHashSet<>();
    results.forEach(result -> names.addAll(result.row().keySet()));
    try (Writer writer = Files.newBufferedWriter(output, StandardCharsets.UTF_8)) {
      writer.write(DelimitedRows.line(List.copyOf(names), ','));
      for (Result result : results) {
        Map<String, Object> row = result.row();
        List<String> cells = new ArrayList<>();
        for (String name : names) {
          Object value = row.get(name);
          cells.add(value == null ? "" : PythonRepr.text(value));
        }
        writer.write(DelimitedRows.line(cells, ','));
      }
    } catch (IOException e) {
      throw new OpenClipException(output + " cannot be written: " + e, e);
    }
    environment.out().println(output + ": " + results.size() + " results");
    return 0;
  }
}

package org.openclip.train.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.openclip.api.OpenClipException;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.hub.cli.Arguments;
import org.openclip.train.benchmark.report.Report;
import org.openclip.train.benchmark.report.ReportPage;
import org.openclip.train.benchmark.report.ReportPlot;
import org.openclip.train.benchmark.report.Result;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Draws results as a table of models and data sets, with a plot of their means. */
@Command(
    customSynopsis = "openclip clip-benchmark report [OPTION...] FILE...",
    sortOptions = false,
    footer = {
      "",
      "  openclip clip-benchmark report results --output report.html",
      "  openclip clip-benchmark report results --output report.md"
    })
final class ReportCall implements Arguments.Call {
  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description = "Result files, or folders of them.")
  private List<Path> files = List.of();

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description =
          "The file to write: HTML with the plot inside, or Markdown (.md) with an SVG plot"
              + " beside it. Default: benchmark.html.")
  private Path output = Path.of("benchmark.html");

  @Override
  public int run(Environment environment) {
    Report report = Report.of(Result.read(files), environment.plugins());
    ReportPage page = new ReportPage(report);
    String plot = new ReportPlot(report).svg();
    String name = output.getFileName().toString();
    try {
      if (name.endsWith(".md")) {
        Path drawn = output.resolveSibling(name.substring(0, name.length() - 3) + ".svg");
        if (!plot.isEmpty()) {
          Files.writeString(drawn, plot);
        }
        Files.writeString(
            output, page.markdown(plot.isEmpty() ? "" : drawn.getFileName().toString()));
      } else {
        Files.writeString(output, page.html(plot));
      }
    } catch (IOException e) {
      throw new OpenClipException(output + " cannot be written: " + e, e);
    }
    environment.out().println(output + ": " + report.models().size() + " models");
    return 0;
  }
}

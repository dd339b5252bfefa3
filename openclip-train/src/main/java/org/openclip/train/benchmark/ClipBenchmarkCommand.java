package org.openclip.train.benchmark;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.openclip.api.spi.CommandProvider;
import org.openclip.hub.cli.Arguments;

/** The command with CLIP_benchmark's subcommands, flags and files. */
public final class ClipBenchmarkCommand implements CommandProvider {
  private static final Map<String, Supplier<Arguments.Call>> CALLS =
      new TreeMap<>(
          Map.of("eval", EvalCall::new, "build", BuildCall::new, "report", ReportCall::new));

  /** Creates the provider. */
  public ClipBenchmarkCommand() {}

  @Override
  public String name() {
    return "clip-benchmark";
  }

  @Override
  public String summary() {
    return "Evaluates models on CLIP_benchmark's data sets, with its flags and files";
  }

  @Override
  public int run(List<String> arguments, Environment environment) {
    String word = arguments.isEmpty() ? "" : arguments.getFirst();
    if (CALLS.containsKey(word)) {
      return Arguments.run(
          new Subcommand(this, word),
          CALLS.get(word).get(),
          arguments.subList(1, arguments.size()),
          environment);
    }
    boolean help = word.equals("--help") || word.equals("-h");
    (help ? environment.out() : environment.err())
        .println(
            """
            Usage: openclip clip-benchmark eval|build|report [OPTION...]

              eval    measures models on data sets, a JSON file for each pair
              build   joins JSON files to one CSV file
              report  draws JSON files as a table and a plot, in HTML or Markdown

            'openclip clip-benchmark eval --help' shows the options.\
            """);
    return help ? 0 : 2;
  }

  /** What help and messages call a subcommand. */
  private record Subcommand(CommandProvider parent, String word) implements CommandProvider {
    @Override
    public String name() {
      return parent.name() + " " + word;
    }

    @Override
    public String summary() {
      return switch (word) {
        case "eval" -> "Measures models on data sets in CLIP_benchmark's WebDataset form";
        case "build" -> "Joins the JSON files of measurements to one CSV file";
        default -> "Draws the JSON files of measurements as a table and a plot";
      };
    }

    @Override
    public int run(List<String> arguments, Environment environment) {
      return parent.run(arguments, environment);
    }
  }
}

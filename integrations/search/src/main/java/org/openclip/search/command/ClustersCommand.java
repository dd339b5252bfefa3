package org.openclip.search.command;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openclip.api.spi.CommandProvider;
import org.openclip.hub.cli.Arguments;
import org.openclip.hub.cli.Main;
import org.openclip.hub.cli.PictureArguments;
import org.openclip.hub.cli.UsageException;
import org.openclip.hub.cli.result.ResultOptions;
import org.openclip.search.PictureIndex;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code clusters}: groups all pictures of an index by similarity. */
public final class ClustersCommand implements CommandProvider {
  /** Creates the provider. */
  public ClustersCommand() {}

  @Override
  public String name() {
    return "clusters";
  }

  @Override
  public String summary() {
    return "Groups the pictures of an index into clusters";
  }

  @Override
  public int run(List<String> arguments, Environment environment) {
    LuceneLog.quiet();
    return Arguments.run(this, new Call(), arguments, environment);
  }

  @Command(
      customSynopsis = "openclip clusters [OPTION...] INDEX",
      sortOptions = false,
      footer = {
        "",
        "  openclip clusters photos.index",
        "  openclip clusters photos.index --count 50 --sheet clusters.html -o clusters.csv"
      })
  private static final class Call implements Arguments.Call {
    @Parameters(index = "0", paramLabel = "INDEX", description = "The folder of an index.")
    private String index = "";

    @Option(
        names = "--count",
        paramLabel = "K",
        description =
            "The number of clusters. Default: the square root of half the number of pictures, at"
                + " most 100.")
    private @Nullable Integer count;

    @Option(
        names = "--central",
        paramLabel = "N",
        description =
            "The number of pictures of each cluster that are shown, those nearest to its centre."
                + " Default: ${DEFAULT-VALUE}.",
        defaultValue = "5")
    private int central;

    @Option(
        names = "--seed",
        paramLabel = "N",
        description = "The seed of the random numbers. Default: ${DEFAULT-VALUE}.",
        defaultValue = "0")
    private long seed;

    @Option(
        names = "--sheet",
        paramLabel = "FILE",
        description =
            "Also writes a contact sheet of the central pictures, as .html or .png; a row for each"
                + " cluster if --central is 5.")
    private @Nullable String sheet;

    @Mixin private final ResultOptions results = new ResultOptions();

    @Override
    public int run(Environment environment) {
      if (central < 1 || central > 1000) {
        throw new UsageException("--central is " + central + ", but must be from 1 to 1000");
      }
      ContactSheet contact = sheet == null ? null : ContactSheet.of(sheet, environment.plugins());
      try (PictureIndex open = PictureIndex.open(PictureArguments.path(index))) {
        int clusters = count == null ? usual(open.size()) : count;
        ClusterReport report = ClusterReport.of(open, clusters, seed, central);
        results.write(environment, out -> report.write(out, results.format()));
        if (contact != null) {
          contact.write(report.clusters().size() + " clusters of " + index, report.central());
        }
        return Main.SUCCESS;
      }
    }

    private static int usual(long pictures) {
      return Math.clamp(Math.round(Math.sqrt(pictures / 2.0)), 2, 100);
    }
  }
}

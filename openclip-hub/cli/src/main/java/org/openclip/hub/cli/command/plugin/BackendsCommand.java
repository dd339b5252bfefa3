package org.openclip.hub.cli.command.plugin;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.api.OpenClipException;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.ModelExporter;
import org.openclip.api.backend.Precision;
import org.openclip.api.backend.Processor;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.spi.CommandProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.cli.Arguments;
import org.openclip.hub.cli.Main;
import org.openclip.hub.cli.result.JsonLines;
import org.openclip.hub.cli.result.ListFormat;
import org.openclip.hub.cli.terminal.BrokenPipeException;
import org.openclip.hub.cli.terminal.Table;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code backends}: lists the installed backends and their devices. */
public final class BackendsCommand implements CommandProvider {
  /** Creates the provider. */
  public BackendsCommand() {}

  @Override
  public String name() {
    return "backends";
  }

  @Override
  public String summary() {
    return "Shows the installed backends (version, device, threads) and the processor";
  }

  @Override
  public int run(List<String> arguments, Environment environment) {
    return Arguments.run(this, new Call(), arguments, environment);
  }

  /**
   * A backend that was tried out.
   *
   * @param runtime what it says of itself; null when it does not open
   * @param problem why it does not open; null when it does
   */
  private record Found(
      BackendProvider provider, @Nullable String runtime, @Nullable String problem) {
    static Found of(BackendProvider provider, BackendOptions options) {
      try (Backend backend = provider.open(options)) {
        return new Found(provider, backend.description(), null);
      } catch (OpenClipException e) {
        return new Found(provider, null, e.getMessage());
      }
    }

    String format() {
      return provider.exporter().map(ModelExporter::format).orElse("-");
    }
  }

  @Command(
      customSynopsis = "openclip backends [OPTION...]",
      sortOptions = false,
      footer = {
        "",
        "Opens each backend to find its device. The first backend is the default of --backend.",
        "The processor's instruction sets are those that oneDNN uses; ONEDNN_MAX_CPU_ISA limits"
            + " them.",
        "",
        "  openclip backends",
        "  openclip backends --device cuda"
      })
  private static final class Call implements Arguments.Call {
    @Option(
        names = {"-d", "--device"},
        paramLabel = "DEVICE",
        description = "auto, cpu, cuda or cuda:N. Default: auto.")
    private String device = "auto";

    @Option(
        names = {"-f", "--format"},
        paramLabel = "FORMAT",
        description =
            "table, json (one object per line for each backend) or names. Default: table.")
    private ListFormat format = ListFormat.TABLE;

    @Override
    public int run(Environment environment) {
      BackendOptions options = new BackendOptions(Device.parse(device), Precision.FLOAT32, 0);
      List<BackendProvider> providers = environment.plugins().all(BackendProvider.class);
      if (providers.isEmpty()) {
        // Throws the error that names the jars.
        environment.plugins().preferred(BackendProvider.class);
      }
      if (format == ListFormat.NAMES) {
        providers.forEach(provider -> environment.out().println(provider.name()));
      } else {
        List<Found> found = new ArrayList<>();
        providers.forEach(provider -> found.add(Found.of(provider, options)));
        if (format == ListFormat.JSON) {
          found.forEach(f -> JsonLines.print(environment.out(), json(f)));
        } else {
          table(found).print(environment.out());
          environment.out().println();
          environment.out().println("processor: " + Processor.current());
        }
      }
      BrokenPipeException.flush(environment.out());
      return Main.SUCCESS;
    }

    private static Table table(List<Found> found) {
      Table table = new Table(4);
      table.head(List.of("name", "trains", "exports", "runs on"));
      for (Found each : found) {
        String runtime = each.runtime();
        table.row(
            List.of(
                each.provider().name(),
                each.provider().trains() ? "yes" : "no",
                each.format(),
                runtime == null ? "does not open: " + each.problem() : runtime));
      }
      return table;
    }

    private static Map<String, Object> json(Found found) {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("name", found.provider().name());
      json.put("priority", found.provider().priority());
      json.put("trains", found.provider().trains());
      json.put("exports", found.format());
      json.put("runtime", found.runtime());
      json.put("problem", found.problem());
      Processor processor = Processor.current();
      json.put("processor", processor.known() ? processor.features() : null);
      json.put("jar", PluginRegistry.origin(found.provider()));
      return json;
    }
  }
}

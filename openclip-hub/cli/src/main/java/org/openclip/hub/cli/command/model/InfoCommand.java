package org.openclip.hub.cli.command.model;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.openclip.api.graph.LeafOp.Parameter;
import org.openclip.api.spi.CommandProvider;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.checkpoint.SafetensorsFormat;
import org.openclip.hub.cli.Arguments;
import org.openclip.hub.cli.FetchSettings;
import org.openclip.hub.cli.Main;
import org.openclip.hub.cli.ModelNames;
import org.openclip.hub.cli.PictureArguments;
import org.openclip.hub.cli.named.NamedModel;
import org.openclip.hub.cli.result.FormatOption;
import org.openclip.hub.cli.result.JsonLines;
import org.openclip.hub.cli.terminal.BrokenPipeException;
import org.openclip.hub.model.ModelFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code info}: shows the configuration and size of a model without loading it. */
public final class InfoCommand implements CommandProvider {
  private static final String SCHEME = "local-dir:";

  /** Creates the provider. */
  public InfoCommand() {}

  @Override
  public String name() {
    return "info";
  }

  @Override
  public String summary() {
    return "Shows a model's configuration, towers, parameters and preprocessing";
  }

  @Override
  public int run(List<String> arguments, Environment environment) {
    return Arguments.run(this, new Call(), arguments, environment);
  }

  @Command(
      customSynopsis = "openclip info [OPTION...] MODEL",
      sortOptions = false,
      footer = {
        "",
        "  openclip info ViT-B-32",
        "  openclip info ViT-B-32 --pretrained openai",
        "  openclip info models/ViT-B-32 --parameters"
      })
  private static final class Call implements Arguments.Call {
    @Parameters(
        index = "0",
        paramLabel = "MODEL",
        description = "A name from 'openclip models', a model folder, or hf-hub:ORG/REPOSITORY.")
    private String model = "";

    @Option(
        names = {"-p", "--pretrained"},
        paramLabel = "WEIGHTS",
        description =
            "A tag from 'openclip pretrained', or the path or URI of a checkpoint: shows its"
                + " activation and preprocessing.")
    private @Nullable String pretrained;

    @Mixin private final FetchSettings fetching = new FetchSettings();

    @Option(
        names = "--parameters",
        description = "Lists every entry of the state dict with its shape.")
    private boolean parameters;

    @Mixin private final FormatOption format = new FormatOption();

    @Override
    public int run(Environment environment) {
      String name = ModelNames.locate(model, environment);
      Map<String, Object> facts = new LinkedHashMap<>();
      facts.put("name", name);
      if (pretrained != null) {
        facts.put("pretrained", pretrained);
      }
      NamedModel found =
          NamedModel.find(
              new NamedModel.Request(name, pretrained, fetching.options(environment)),
              environment.plugins());
      facts.putAll(found.facts(environment));
      local(name, facts, environment);
      found.fingerprint().ifPresent(text -> facts.put("fingerprint", text));
      facts.put("model_cfg", found.config());
      print(facts, found.parameters(), environment);
      return Main.SUCCESS;
    }

    private static void local(String name, Map<String, Object> facts, Environment environment) {
      if (name.startsWith(SCHEME)) {
        checkpoint(PictureArguments.path(name.substring(SCHEME.length())), environment)
            .ifPresent(checkpoint -> facts.put("checkpoint", checkpoint));
      }
    }

    private void print(
        Map<String, Object> facts, Map<String, Parameter> state, Environment environment) {
      if (format.isJson()) {
        if (parameters) {
          facts.put("state_dict", entries(state));
        }
        JsonLines.print(environment.out(), facts);
      } else {
        FactSheet.print(facts, environment.out());
        if (parameters) {
          environment.out().println();
          FactSheet.print(entries(state), environment.out());
        }
        BrokenPipeException.flush(environment.out());
      }
    }

    private static Map<String, Object> entries(Map<String, Parameter> state) {
      Map<String, Object> entries = new LinkedHashMap<>();
      for (Parameter parameter : state.values()) {
        entries.put(parameter.name(), parameter.shape().toString());
      }
      return entries;
    }

    private static Optional<Map<String, Object>> checkpoint(Path folder, Environment environment) {
      return ModelFolder.read(folder)
          .findCheckpoint()
          .map(
              file -> {
                try (Weights weights = Checkpoints.open(file, environment.plugins())) {
                  return describe(file, weights);
                }
              });
    }

    private static Map<String, Object> describe(Path file, Weights weights) {
      Map<String, Long> types = new TreeMap<>();
      long bytes = 0;
      for (String name : weights.names()) {
        Tensor tensor = weights.get(name);
        types.merge(tensor.type().toString(), 1L, Long::sum);
        bytes += tensor.bytes();
      }
      Map<String, Object> facts = new LinkedHashMap<>();
      facts.put("file", file.toString());
      facts.put("tensors", weights.names().size());
      facts.put("bytes", bytes);
      facts.put("types", types);
      if (file.toString().endsWith(".safetensors")) {
        facts.put("metadata", SafetensorsFormat.metadata(file));
      }
      return facts;
    }
  }
}

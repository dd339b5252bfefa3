package org.openclip.hub.cli.command.model;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.openclip.api.spi.CommandProvider;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.checkpoint.Lookalikes;
import org.openclip.hub.checkpoint.naming.ForeignNaming;
import org.openclip.hub.cli.Arguments;
import org.openclip.hub.cli.Main;
import org.openclip.hub.cli.result.FormatOption;
import org.openclip.hub.cli.result.JsonLines;
import org.openclip.hub.cli.terminal.BrokenPipeException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The command {@code inspect}: lists the tensors of a checkpoint and the models that they match.
 */
public final class InspectCommand implements CommandProvider {
  /** Creates the provider. */
  public InspectCommand() {}

  @Override
  public String name() {
    return "inspect";
  }

  @Override
  public String summary() {
    return "Lists the tensors of a checkpoint and the models that they match";
  }

  @Override
  public int run(List<String> arguments, Environment environment) {
    return Arguments.run(this, new Call(), arguments, environment);
  }

  @Command(
      customSynopsis = "openclip inspect [OPTION...] CHECKPOINT",
      sortOptions = false,
      footer = {
        "",
        "Reads safetensors (also sharded), PyTorch checkpoints and NumPy's .npz. No code in the"
            + " files is run.",
        "",
        "  openclip inspect ViT-B-32.pt",
        "  openclip inspect epoch_32.pt --tensors"
      })
  private static final class Call implements Arguments.Call {
    @Parameters(index = "0", paramLabel = "CHECKPOINT", description = "A file.")
    private Path file = Path.of("");

    @Option(names = "--tensors", description = "Lists every tensor with its type and shape.")
    private boolean tensors;

    @Mixin private final FormatOption format = new FormatOption();

    @Override
    public int run(Environment environment) {
      try (Weights weights = Checkpoints.open(file, environment.plugins())) {
        Map<String, Object> facts = facts(weights, environment);
        if (format.isJson()) {
          JsonLines.print(environment.out(), facts);
        } else {
          FactSheet.print(facts, environment.out());
          BrokenPipeException.flush(environment.out());
        }
      }
      return Main.SUCCESS;
    }

    private Map<String, Object> facts(Weights weights, Environment environment) {
      Map<String, Long> types = new TreeMap<>();
      Map<String, String> list = new LinkedHashMap<>();
      long bytes = 0;
      long numbers = 0;
      for (String name : weights.names()) {
        Tensor tensor = weights.get(name);
        types.merge(tensor.type().toString(), 1L, Long::sum);
        bytes += tensor.bytes();
        numbers += tensor.count();
        list.put(name, tensor.toString());
      }
      Map<String, Object> facts = new LinkedHashMap<>();
      facts.put("file", file.toString());
      facts.put("format", Checkpoints.format(file, environment.plugins()).name());
      facts.put(
          "names", ForeignNaming.of(weights.names()).map(ForeignNaming::library).orElse("own"));
      facts.put("tensors", list.size());
      facts.put("numbers", numbers);
      facts.put("bytes", bytes);
      facts.put("types", types);
      Map<String, Object> models = new LinkedHashMap<>();
      Lookalikes alike = Lookalikes.of(weights, environment.plugins());
      for (Lookalikes.Likeness likeness : alike.models()) {
        models.put(
            likeness.model(),
            likeness.exact() ? "fits" : Math.floor(likeness.share() * 1000) / 10 + " % alike");
      }
      facts.put("models", models.isEmpty() ? "no built-in model" : models);
      if (models.isEmpty() && !alike.relative().isEmpty()) {
        facts.put("family", "that of " + alike.relative());
      }
      if (tensors) {
        facts.put("state_dict", list);
      }
      return facts;
    }
  }
}

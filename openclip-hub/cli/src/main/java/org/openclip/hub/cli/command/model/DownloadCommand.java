package org.openclip.hub.cli.command.model;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.api.spi.CommandProvider;
import org.openclip.hub.cli.Arguments;
import org.openclip.hub.cli.FetchSettings;
import org.openclip.hub.cli.Main;
import org.openclip.hub.cli.named.NamedModel;
import org.openclip.hub.cli.result.FormatOption;
import org.openclip.hub.cli.result.JsonLines;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code download}: downloads a model without loading it. */
public final class DownloadCommand implements CommandProvider {
  /** Creates the provider. */
  public DownloadCommand() {}

  @Override
  public String name() {
    return "download";
  }

  @Override
  public String summary() {
    return "Downloads a model's files, so that it can be used without a network";
  }

  @Override
  public int run(List<String> arguments, Environment environment) {
    return Arguments.run(this, new Call(), arguments, environment);
  }

  @Command(
      customSynopsis = "openclip download [OPTION...] MODEL",
      sortOptions = false,
      footer = {
        "",
        "Prints the path of the checkpoint.",
        "",
        "  openclip download ViT-B-32 --pretrained laion2b_s34b_b79k",
        "  openclip download hf-hub:timm/ViT-B-16-SigLIP2@main"
      })
  private static final class Call implements Arguments.Call {
    @Parameters(
        index = "0",
        paramLabel = "MODEL",
        description =
            "A name from 'openclip models', or hf-hub:ORG/REPOSITORY, optionally with @REVISION.")
    private String model = "";

    @Option(
        names = {"-p", "--pretrained"},
        paramLabel = "WEIGHTS",
        description = "A tag from 'openclip pretrained', or the URI of a checkpoint.")
    private @Nullable String pretrained;

    @Mixin private final FetchSettings fetching = new FetchSettings();

    @Mixin private final FormatOption format = new FormatOption();

    @Override
    public int run(Environment environment) {
      Path checkpoint =
          NamedModel.find(
                  new NamedModel.Request(model, pretrained, fetching.options(environment)),
                  environment.plugins())
              .fetch();
      if (format.isJson()) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("model", model);
        object.put("pretrained", pretrained);
        object.put("checkpoint", checkpoint.toString());
        JsonLines.print(environment.out(), object);
      } else {
        environment.out().println(checkpoint);
      }
      return Main.SUCCESS;
    }
  }
}

package org.openclip.hub.cli.command.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.spi.CommandProvider;
import org.openclip.hub.cli.Arguments;
import org.openclip.hub.cli.Main;
import org.openclip.hub.cli.ModelOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code export}: writes a model in the file format of a backend's runtime. */
public final class ExportCommand implements CommandProvider {
  /** Creates the provider. */
  public ExportCommand() {}

  @Override
  public String name() {
    return "export";
  }

  @Override
  public String summary() {
    return "Exports a model to files that run without OpenCLIP";
  }

  @Override
  public int run(List<String> arguments, Environment environment) {
    return Arguments.run(this, new Call(), arguments, environment);
  }

  @Command(
      customSynopsis = "openclip export [OPTION...] FOLDER",
      sortOptions = false,
      footer = {
        "",
        "The backend determines the format: onnx writes ONNX files. There are three programs:"
            + " encode_image, encode_text, and classify, which computes probabilities. The file"
            + " openclip.json describes the preprocessing of images and the tokenizer. --precision"
            + " is the precision of the files.",
        "",
        "  openclip export --model models/ViT-B-32 exported",
        "  openclip export --backend onnx --precision fp16 exported"
      })
  private static final class Call implements Arguments.Call {
    @Parameters(
        index = "0",
        paramLabel = "FOLDER",
        description = "The folder to write; created if it does not exist.")
    private Path folder = Path.of("");

    @Mixin private ModelOptions model = new ModelOptions();

    @Option(names = "--force", description = "Writes into a folder that is not empty.")
    private boolean force;

    @Override
    public int run(Environment environment) {
      try {
        if (!force && !empty(folder)) {
          throw new InvalidInputException(
              folder + " is not empty; choose another folder, or add --force");
        }
        for (Path file : model.builder(environment).export(folder)) {
          environment
              .out()
              .println(
                  String.format(Locale.ROOT, "%s  %,d KB", file, (Files.size(file) + 1023) / 1024));
        }
        return Main.SUCCESS;
      } catch (IOException e) {
        throw new OpenClipException(folder + " cannot be read: " + e, e);
      }
    }

    private static boolean empty(Path folder) throws IOException {
      if (!Files.exists(folder)) {
        return true;
      }
      if (!Files.isDirectory(folder)) {
        throw new InvalidInputException(folder + " is a file, but must be a folder");
      }
      try (Stream<Path> files = Files.list(folder)) {
        return files.findAny().isEmpty();
      }
    }
  }
}

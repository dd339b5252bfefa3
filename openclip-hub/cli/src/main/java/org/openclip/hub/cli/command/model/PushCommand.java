package org.openclip.hub.cli.command.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openclip.api.OpenClipException;
import org.openclip.api.spi.CommandProvider;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.OpenClip;
import org.openclip.hub.cli.Arguments;
import org.openclip.hub.cli.FetchProgress;
import org.openclip.hub.cli.FetchSettings;
import org.openclip.hub.cli.Main;
import org.openclip.hub.cli.ModelNames;
import org.openclip.hub.cli.result.FormatOption;
import org.openclip.hub.cli.result.JsonLines;
import org.openclip.hub.cli.terminal.Table;
import org.openclip.hub.model.ModelFolder;
import org.openclip.hub.publish.HubPush;
import org.openclip.hub.publish.HubPush.PlannedFile;
import org.openclip.hub.publish.HubPush.Pushed;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code push}: publishes a model on the hub. */
public final class PushCommand implements CommandProvider {
  private static final String SCHEME = "local-dir:";

  /** Creates the provider. */
  public PushCommand() {}

  @Override
  public String name() {
    return "push";
  }

  @Override
  public String summary() {
    return "Publishes a model in a repository of the Hugging Face hub";
  }

  @Override
  public int run(List<String> arguments, Environment environment) {
    return Arguments.run(this, new Call(), arguments, environment);
  }

  @Command(
      customSynopsis = "openclip push [OPTION...] MODEL ORG/REPOSITORY",
      sortOptions = false,
      footer = {
        "",
        "A folder with open_clip_model.safetensors is uploaded unchanged; any other model is first"
            + " written as such a folder. HF_TOKEN holds the access token.",
        "",
        "  openclip push models/cats me/cats --create --private --license mit",
        "  openclip push ViT-B-32 me/finetuned --pretrained epoch_32.pt --dry-run"
      })
  private static final class Call implements Arguments.Call {
    @Parameters(
        index = "0",
        paramLabel = "MODEL",
        description = "A model folder, or a name from 'openclip models' with --pretrained.")
    private String model = "";

    @Parameters(
        index = "1",
        paramLabel = "ORG/REPOSITORY",
        description = "The repository on the hub.")
    private String repository = "";

    @Option(
        names = {"-p", "--pretrained"},
        paramLabel = "WEIGHTS",
        description = "A tag, or the path or URI of a checkpoint.")
    private @Nullable String pretrained;

    @Option(names = "--create", description = "Creates the repository if it does not exist.")
    private boolean create;

    @Option(names = "--private", description = "Makes the created repository private.")
    private boolean hidden;

    @Option(
        names = "--branch",
        paramLabel = "NAME",
        description = "The branch. Default: ${DEFAULT-VALUE}.",
        defaultValue = "main")
    private String branch = "main";

    @Option(names = "--pull-request", description = "Opens a pull request instead of committing.")
    private boolean pullRequest;

    @Option(
        names = "--message",
        paramLabel = "TEXT",
        description = "The commit message. Default: ${DEFAULT-VALUE}.",
        defaultValue = "Add model")
    private String message = "Add model";

    @Option(
        names = "--license",
        paramLabel = "ID",
        description = "The licence in the model card, such as mit, if a model card is written.")
    private String license = "";

    @Option(
        names = "--dry-run",
        description =
            "Checks the model and lists the files to upload. Sends nothing and needs no network.")
    private boolean dryRun;

    @Mixin private final FetchSettings fetching = new FetchSettings();

    @Mixin private final FormatOption format = new FormatOption();

    @Override
    public int run(Environment environment) {
      String name = ModelNames.locate(model, environment);
      Optional<Path> folder = ready(name);
      if (folder.isPresent()) {
        return push(folder.get(), environment);
      }
      ModelBuilder builder = OpenClip.model(name).plugins(environment.plugins());
      if (pretrained != null) {
        builder.pretrained(pretrained);
      }
      fetching.apply(builder, environment);
      Path written = temporary();
      try {
        builder.save(written);
        return push(written, environment);
      } finally {
        delete(written);
      }
    }

    /** Returns the model's folder if it can go as it is. */
    private Optional<Path> ready(String name) {
      return Optional.of(name)
          .filter(n -> pretrained == null && n.startsWith(SCHEME))
          .map(n -> Path.of(n.substring(SCHEME.length())))
          .filter(f -> Files.isRegularFile(f.resolve(ModelFolder.CHECKPOINT)));
    }

    private int push(Path folder, Environment environment) {
      HubPush push =
          HubPush.of(folder, repository)
              .plugins(environment.plugins())
              .branch(branch)
              .message(message)
              .license(license)
              .onSend(new FetchProgress(environment, "sending"));
      if (create) {
        push.create(hidden);
      }
      if (pullRequest) {
        push.pullRequest();
      }
      if (dryRun) {
        List<PlannedFile> files = push.offline(fetching.offline()).plan();
        print(files, environment);
        if (files.stream().anyMatch(file -> file.replaces() == null)) {
          environment
              .err()
              .println("openclip: note: dry run: the model is complete; the hub was not contacted");
        }
        return Main.SUCCESS;
      }
      Pushed pushed = push.push();
      if (format.isJson()) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("commit", pushed.commit());
        object.put("url", pushed.url());
        JsonLines.print(environment.out(), object);
      } else {
        environment.out().println(pushed.url());
      }
      return Main.SUCCESS;
    }

    private void print(List<PlannedFile> files, Environment environment) {
      Table table = new Table();
      table.head(List.of("file", "bytes", "there"));
      for (PlannedFile file : files) {
        if (format.isJson()) {
          Map<String, Object> object = new LinkedHashMap<>();
          object.put("path", file.path());
          object.put("bytes", file.bytes());
          object.put("replaces", file.replaces());
          JsonLines.print(environment.out(), object);
        } else {
          table.row(List.of(file.path(), Long.toString(file.bytes()), there(file.replaces())));
        }
      }
      if (!format.isJson()) {
        table.print(environment.out());
      }
    }

    private static String there(@Nullable Boolean replaces) {
      return replaces == null ? "-" : replaces ? "replaced" : "new";
    }

    private static Path temporary() {
      try {
        return Files.createTempDirectory("openclip-push");
      } catch (IOException e) {
        throw new OpenClipException("a temporary folder cannot be created: " + e, e);
      }
    }

    private static void delete(Path folder) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
        Files.delete(folder);
      } catch (IOException e) {
        System.getLogger(PushCommand.class.getName())
            .log(System.Logger.Level.WARNING, "{0} stays: {1}", folder, e);
      }
    }
  }
}

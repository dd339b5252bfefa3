package org.openclip.server.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.image.Image;
import org.openclip.api.model.ClipModel;
import org.openclip.api.search.PictureSearch;
import org.openclip.api.serving.BatchingOptions;
import org.openclip.api.serving.ModelOnDemand;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.api.spi.PictureSearchProvider;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.cli.Arguments;
import org.openclip.hub.cli.Main;
import org.openclip.hub.cli.ModelOptions;
import org.openclip.hub.cli.UsageException;
import org.openclip.server.ClipServer;
import org.openclip.server.settings.ServedModels;
import org.openclip.server.settings.ServerOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of {@code serve}, and the server that they start. */
@Command(
    customSynopsis = {"openclip serve [OPTION...]"},
    sortOptions = false,
    footer = {
      "",
      "Accepts only requests from this machine unless --host is given. Ctrl-C or SIGTERM stops it"
          + " after the requests in progress.",
      "",
      "  openclip serve",
      "  openclip serve --host 0.0.0.0 --api-key-file keys.txt",
      "  openclip serve -m ViT-B-32 -p laion2b_s34b_b79k --serve small=emoji-RN"
    })
final class ServeCall implements Arguments.Call {
  private static final String KEYS = "OPENCLIP_API_KEYS";

  /** Held, for a logger that nobody holds forgets its level. */
  private static final Logger HELIDON = Logger.getLogger("io.helidon");

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description =
          "The network interface to listen on; 0.0.0.0 for all. Default: ${DEFAULT-VALUE}.",
      defaultValue = "127.0.0.1")
  private String host = "";

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "The port; 0 for any that is free. Default: ${DEFAULT-VALUE}.",
      defaultValue = "8080")
  private int port;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "The name of the model in requests. Default: its own name.")
  private @Nullable String name;

  @Option(
      names = "--serve",
      paramLabel = "NAME=MODEL[,WEIGHTS]",
      description = {
        "Another model, with its name in requests; loaded at its first request. May be repeated."
      })
  private List<String> further = new ArrayList<>();

  @Option(
      names = "--unload-after",
      paramLabel = "SECONDS",
      description = {
        "Unloads a model after this idle time; 0 for never. Default: ${DEFAULT-VALUE}."
      },
      defaultValue = "0")
  private long unloadAfter;

  @Option(
      names = "--api-key-file",
      paramLabel = "FILE",
      description = {
        "A file of API keys, one per line; requests must send one of them. Default: the"
            + " comma-separated keys in "
            + KEYS
            + "; if it is not set, no key is needed."
      })
  private @Nullable Path keyFile;

  @Option(
      names = "--allow-host",
      paramLabel = "HOST[:PORT]",
      description = {
        "A host from which the server downloads pictures that requests give as URLs. May be"
            + " repeated. Default: none."
      })
  private List<String> pictureHosts = new ArrayList<>();

  @Option(
      names = "--server-name",
      paramLabel = "NAME",
      description = {
        "A host name, besides localhost, that requests may use for the server. May be repeated."
      })
  private List<String> serverNames = new ArrayList<>();

  @Option(
      names = "--wait",
      paramLabel = "MS",
      description = {
        "The maximum time that a picture or text waits for its batch, in milliseconds. Default:"
            + " ${DEFAULT-VALUE}."
      },
      defaultValue = "2")
  private int wait;

  @Option(
      names = "--queue",
      paramLabel = "N",
      description = {
        "The maximum number of pictures and texts in progress for each model; further requests get"
            + " status 429. Default: ${DEFAULT-VALUE}."
      },
      defaultValue = "1024")
  private int queue;

  @Option(
      names = "--max-inputs",
      paramLabel = "N",
      description =
          "The maximum number of pictures and texts in a request. Default: ${DEFAULT-VALUE}.",
      defaultValue = "256")
  private int maxInputs;

  @Option(
      names = "--max-body",
      paramLabel = "MIB",
      description = "The maximum size of a request, in MiB. Default: ${DEFAULT-VALUE}.",
      defaultValue = "32")
  private int maxBody;

  @Option(
      names = "--max-pixels",
      paramLabel = "N",
      description = "The maximum number of pixels of a picture. Default: ${DEFAULT-VALUE}.",
      defaultValue = "50000000")
  private long maxPixels;

  @Option(
      names = "--time-limit",
      paramLabel = "SECONDS",
      description = "The time limit of a request. Default: ${DEFAULT-VALUE}.",
      defaultValue = "30")
  private int timeLimit;

  @Option(
      names = "--drain",
      paramLabel = "SECONDS",
      description = {
        "How long the server waits for requests in progress when it stops. Default:"
            + " ${DEFAULT-VALUE}."
      },
      defaultValue = "20")
  private int drain;

  @Option(
      names = "--index",
      paramLabel = "FOLDER",
      description = {
        "An index of 'openclip index' with vectors of the same model, for /search and the search"
            + " page."
      })
  private @Nullable Path index;

  @Mixin private ModelOptions model = new ModelOptions();

  @Override
  public int run(Environment environment) {
    ServerOptions options = options();
    // Its word that it listens stands in the log of every program that starts it, twice.
    HELIDON.setLevel(Level.WARNING);
    ServedModels models = new ServedModels(models(environment));
    ClipServer server = ClipServer.start(options, models, index(models, environment));
    CountDownLatch ended = new CountDownLatch(1);
    Thread hook = new Thread(() -> end(server, ended), "openclip-serve-end");
    Runtime.getRuntime().addShutdownHook(hook);
    say(environment, server, options, models);
    try {
      ended.await();
    } catch (InterruptedException e) {
      Runtime.getRuntime().removeShutdownHook(hook);
      end(server, ended);
      Thread.currentThread().interrupt();
    }
    return Main.SUCCESS;
  }

  /** Opens the index and checks that it is the first model's. It is closed when the JVM ends. */
  private @Nullable PictureSearch index(ServedModels models, Environment environment) {
    Path folder = index;
    if (folder == null) {
      return null;
    }
    try {
      PictureSearchProvider provider =
          environment
              .plugins()
              .first(PictureSearchProvider.class, known -> known.accepts(folder))
              .orElseThrow(
                  () ->
                      new InvalidInputException(
                          "%s is not an index that an installed plugin can open; create one with 'openclip index'"
                              .formatted(folder)));
      PictureSearch opened = provider.open(folder);
      try (ModelOnDemand.Use use = models.first().use()) {
        if (!use.model().fingerprint().equals(opened.fingerprint())) {
          opened.close();
          throw new InvalidInputException(
              "%s contains vectors of %s, which cannot be compared with those of %s; serve that model, or create another index"
                  .formatted(folder, opened.model(), use.model().name()));
        }
      }
      return opened;
    } catch (RuntimeException e) {
      models.close();
      throw e;
    }
  }

  private static void end(ClipServer server, CountDownLatch ended) {
    server.close();
    ended.countDown();
  }

  private static void say(
      Environment environment, ClipServer server, ServerOptions options, ServedModels models) {
    String shown = options.host().contains(":") ? "[" + options.host() + "]" : options.host();
    environment
        .out()
        .println(
            "serving %s at http://%s:%s"
                .formatted(String.join(", ", models.names()), shown, server.port()));
    environment.out().flush();
    boolean local = options.host().startsWith("127.") || options.host().equals("localhost");
    if (options.apiKeys().isEmpty() && !local && !options.host().equals("::1")) {
      environment
          .err()
          .println(
              "openclip: note: every client that can reach %s may send requests; use --api-key-file to require keys"
                  .formatted(options.host()));
      environment.err().flush();
    }
  }

  private ServerOptions options() {
    try {
      return ServerOptions.builder()
          .host(host)
          .port(port)
          .apiKeys(keys())
          .serverNames(serverNames)
          .pictureHosts(pictureHosts)
          .maxBody(Math.multiplyExact(maxBody, 1 << 20))
          .maxInputs(maxInputs)
          .timeLimit(Duration.ofSeconds(timeLimit))
          .drain(Duration.ofSeconds(drain))
          .build();
    } catch (ArithmeticException e) {
      throw new UsageException("--max-body is " + maxBody + " MiB, but must be at most 1024");
    }
  }

  private List<String> keys() {
    if (keyFile != null) {
      try {
        List<String> keys = Files.readAllLines(keyFile).stream().filter(k -> !k.isBlank()).toList();
        if (keys.isEmpty()) {
          throw new InvalidInputException(keyFile + " has no key; write one on each line");
        }
        return keys;
      } catch (IOException e) {
        throw new InvalidInputException("the keys in " + keyFile + " cannot be read: " + e, e);
      }
    }
    String variable = Optional.ofNullable(System.getenv(KEYS)).orElse("");
    return variable.isBlank() ? List.of() : List.of(variable.strip().split("\\s*,\\s*"));
  }

  private List<ModelOnDemand> models(Environment environment) {
    BatchingOptions batching =
        BatchingOptions.DEFAULT
            .withMaxWait(Duration.ofMillis(wait))
            .withMaxUnderWay(Math.max(queue, maxInputs))
            .withMaxPixels(Math.min(maxPixels, Image.MOST_PIXELS));
    Duration idle = Duration.ofSeconds(unloadAfter);
    List<String> names = further.stream().map(ServeCall::name).toList();
    // The first is loaded now: who starts a server wants to know whether it can answer.
    ClipModel loaded = model.load(environment);
    List<ClipModel> first = new ArrayList<>(List.of(loaded));
    String own = name == null ? shortName(loaded.name()) : name;
    List<ModelOnDemand> all = new ArrayList<>();
    all.add(
        ModelOnDemand.create(
            own,
            () -> first.isEmpty() ? model.builder(environment).load() : first.remove(0),
            idle,
            batching));
    all.get(0).use().close();
    for (int i = 0; i < names.size(); i++) {
      String text = further.get(i);
      all.add(
          ModelOnDemand.create(
              names.get(i), () -> builder(text, environment).load(), idle, batching));
    }
    return all;
  }

  private static String shortName(String name) {
    String scheme = "local-dir:";
    if (!name.startsWith(scheme)) {
      return name;
    }
    Path folder = Path.of(name.substring(scheme.length())).getFileName();
    return folder == null ? name : folder.toString();
  }

  private static String name(String further) {
    int end = further.indexOf('=');
    if (end < 1 || end == further.length() - 1) {
      throw new UsageException("--serve is '" + further + "', but must be NAME=MODEL[,WEIGHTS]");
    }
    return further.substring(0, end);
  }

  private ModelBuilder builder(String further, Environment environment) {
    String[] parts = further.substring(further.indexOf('=') + 1).split(",", 2);
    return model.another(parts[0], parts.length > 1 ? parts[1] : null, environment);
  }
}

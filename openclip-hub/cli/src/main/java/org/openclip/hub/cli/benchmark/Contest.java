package org.openclip.hub.cli.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openclip.api.OpenClipException;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Precision;
import org.openclip.api.config.PretrainedTag;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.OpenClip;
import org.openclip.hub.cli.ModelNames;
import org.openclip.hub.model.FreshWeights;
import org.openclip.hub.model.ModelFolder;
import org.openclip.hub.model.PretrainedTags;

/**
 * The sides that run one model. A built-in model without weights at hand gets untrained ones, in a
 * temporary folder from which they are mapped. Closing it closes the sides and deletes the folder.
 */
final class Contest implements AutoCloseable {
  private final List<Side> sides = new ArrayList<>();
  private @Nullable Path folder;

  private Contest() {}

  /**
   * What the sides are.
   *
   * @param backend by name; null for the preferred one
   * @param options the device
   * @param files image files; empty for none
   * @param peer a backend and a file; empty for none
   */
  record Settings(
      @Nullable String backend,
      BackendOptions options,
      List<Precision> precisions,
      List<Integer> threads,
      List<Path> files,
      List<String> peer) {}

  /** Loads every side. */
  static Contest open(Settings settings, String model, Environment environment) {
    Contest contest = new Contest();
    boolean opened = false;
    try {
      String name = contest.weights(ModelNames.locate(model, environment), environment);
      for (int threads : settings.threads) {
        for (Precision precision : settings.precisions) {
          contest.sides.add(loaded(settings, name, precision, threads, environment));
        }
        if (!settings.peer.isEmpty()) {
          BackendOptions options = settings.options.withThreads(threads);
          Backend backend = BenchmarkCall.open(environment, settings.peer.get(0), options);
          contest.sides.add(new PeerSide(backend, Path.of(settings.peer.get(1)), threads));
        }
      }
      opened = true;
      return contest;
    } finally {
      if (!opened) {
        contest.close();
      }
    }
  }

  private static Side loaded(
      Settings settings, String name, Precision precision, int threads, Environment environment) {
    BackendOptions options = settings.options.withPrecision(precision).withThreads(threads);
    double peak;
    String runs;
    try (Backend backend = BenchmarkCall.open(environment, settings.backend, options)) {
      runs = backend.name();
      peak = ProductRate.measure(backend);
    }
    ModelBuilder builder =
        OpenClip.model(name).plugins(environment.plugins()).device(options.device());
    if (settings.backend != null) {
      builder.backend(settings.backend);
    }
    return new LoadedSide(builder, runs, precision, threads, settings.files, peak);
  }

  /** Returns the name by which the model is loaded, after writing weights if it has none. */
  private String weights(String name, Environment environment) {
    boolean builtIn = PretrainedTags.modelNames(environment.plugins()).contains(name);
    if (!builtIn
        || PretrainedTags.of(environment.plugins())
            .find(name, PretrainedTag.EMBEDDED)
            .isPresent()) {
      return name;
    }
    try {
      Path made = Files.createTempDirectory("openclip-benchmark");
      folder = made;
      ModelBuilder builder = OpenClip.model(name).plugins(environment.plugins());
      ModelFolder.write(
          made,
          builder.architecture().config(),
          builder.preprocessing(),
          FreshWeights.hash(builder.architecture()));
      return "local-dir:" + made;
    } catch (IOException e) {
      throw new OpenClipException(
          "a temporary folder for the weights cannot be created: " + e.getMessage(), e);
    }
  }

  List<Side> sides() {
    return sides;
  }

  @Override
  public void close() {
    sides.forEach(Side::close);
    Path made = folder;
    if (made != null) {
      try (var files = Files.list(made)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
        Files.delete(made);
      } catch (IOException e) {
        throw new OpenClipException(made + " cannot be deleted: " + e.getMessage(), e);
      }
    }
  }
}

package org.openclip.hub.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.OpenClip;
import org.openclip.hub.model.FreshWeights;
import org.openclip.hub.testkit.StoredRepository.Stored;

/** A tiny model in a folder, and the server of the hub that it is pushed to. */
public final class PushedModel implements AutoCloseable {
  private static final List<String> SETTINGS = List.of("HF_ENDPOINT", "HF_HUB_CACHE", "HF_TOKEN");

  private final HubServer server = new HubServer();
  private final Map<String, byte[]> files = new LinkedHashMap<>();

  /**
   * Saves the model, and makes the server the hub of this process.
   *
   * @param folder for the model, which goes to its folder {@code model}, and the cache
   */
  public PushedModel(Path folder) throws IOException {
    System.setProperty("HF_ENDPOINT", server.endpoint().toString());
    System.setProperty("HF_HUB_CACHE", folder.resolve("cache").toString());
    System.setProperty("HF_TOKEN", "hf_writer");
    PluginRegistry plugins = TinyCatalogue.plugins(folder.resolve("plugin"));
    ModelBuilder tiny = OpenClip.model("tiny-16").plugins(plugins);
    tiny.weights(FreshWeights.random(tiny.architecture(), 3).toWeights());
    for (Path file : tiny.save(folder.resolve("model"))) {
      files.put(String.valueOf(file.getFileName()), Files.readAllBytes(file));
    }
  }

  /** Returns the server. */
  public HubServer server() {
    return server;
  }

  /** Returns the files of the model by name. */
  public Map<String, byte[]> files() {
    return files;
  }

  /** Returns what a branch of the repository {@code me/cats} holds. */
  public Map<String, Stored> stored(String branch) {
    StoredRepository repository = server.repository("me/cats");
    return repository.files(repository.head(branch));
  }

  @Override
  public void close() {
    server.close();
    SETTINGS.forEach(System::clearProperty);
  }
}

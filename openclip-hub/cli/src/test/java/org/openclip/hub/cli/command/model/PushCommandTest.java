package org.openclip.hub.cli.command.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.OpenClip;
import org.openclip.hub.cli.CommandLineRun;
import org.openclip.hub.model.FreshWeights;
import org.openclip.hub.model.ModelFolder;
import org.openclip.hub.testkit.HubServer;
import org.openclip.hub.testkit.StoredRepository;
import org.openclip.hub.testkit.StoredRepository.Stored;
import org.openclip.hub.testkit.TinyCatalogue;

@Tag("once")
class PushCommandTest {
  @TempDir Path folder;
  private final HubServer server = new HubServer();
  private final Map<String, byte[]> model = new LinkedHashMap<>();

  @BeforeEach
  void save() throws IOException {
    System.setProperty("HF_ENDPOINT", server.endpoint().toString());
    System.setProperty("HF_HUB_CACHE", folder.resolve("cache").toString());
    System.setProperty("HF_TOKEN", "hf_writer");
    PluginRegistry plugins = TinyCatalogue.plugins(folder.resolve("plugin"));
    ModelBuilder tiny = OpenClip.model("tiny-16").plugins(plugins);
    tiny.weights(FreshWeights.random(tiny.architecture(), 3).toWeights());
    for (Path file : tiny.save(folder.resolve("model"))) {
      model.put(String.valueOf(file.getFileName()), Files.readAllBytes(file));
    }
  }

  @AfterEach
  void clear() {
    server.close();
    List.of("HF_ENDPOINT", "HF_HUB_CACHE", "HF_TOKEN").forEach(System::clearProperty);
  }

  private Map<String, Stored> stored(String branch) {
    StoredRepository repository = server.repository("me/cats");
    return repository.files(repository.head(branch));
  }

  @Test
  void theDryRunShowsWhatWouldGoAndSendsNothing() {
    server
        .repository("me/cats")
        .commit("main", Map.of(ModelFolder.CONFIG, Stored.small(new byte[1])));

    CommandLineRun run =
        CommandLineRun.of("push", folder.resolve("model").toString(), "me/cats", "--dry-run");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out())
        .containsPattern("open_clip_config.json +\\d+ +replaced")
        .containsPattern(
            "open_clip_model.safetensors +" + model.get(ModelFolder.CHECKPOINT).length + " +new")
        .containsPattern("README.md +\\d+ +new");
    assertThat(server.asked).allMatch(a -> a.method().equals("GET"));
    assertThat(stored("main")).hasSize(1);
  }

  @Test
  void theDryRunNeedsNoNetwork() throws IOException {
    String place = folder.resolve("model").toString();
    CommandLineRun offline = CommandLineRun.of("push", place, "me/cats", "--dry-run", "--offline");

    assertThat(offline.code()).as(offline.err()).isZero();
    assertThat(server.asked).isEmpty();
    assertThat(offline.out())
        .containsPattern("open_clip_config.json +\\d+ +-")
        .containsPattern("README.md +\\d+ +-");
    assertThat(offline.err()).contains("openclip: note: dry run: the model is complete");

    server.close();
    CommandLineRun unreachable =
        CommandLineRun.of("push", place, "me/cats", "--dry-run", "--format", "json");
    assertThat(unreachable.code()).as(unreachable.err()).isZero();
    assertThat(unreachable.objects())
        .hasSizeGreaterThan(2)
        .allSatisfy(file -> assertThat(file).containsEntry("replaces", null));
  }

  @Test
  void pushesAFolderAsItIs() {
    CommandLineRun run =
        CommandLineRun.of("push", folder.resolve("model").toString(), "me/cats", "--create");

    assertThat(run.out().strip()).as(run.err()).startsWith(server.endpoint() + "/me/cats/commit/");
    assertThat(stored("main").get(ModelFolder.CHECKPOINT).bytes)
        .isEqualTo(model.get(ModelFolder.CHECKPOINT));
  }
}

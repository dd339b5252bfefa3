package org.openclip.hub.cli.command.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.hub.cli.CommandLineRun;
import org.openclip.hub.model.ModelFolder;
import org.openclip.hub.testkit.HubServer;
import org.openclip.hub.testkit.PushedModel;
import org.openclip.hub.testkit.StoredRepository.Stored;

@Tag("once")
class PushCommandTest {
  @TempDir Path folder;
  private PushedModel pushed;
  private HubServer server;
  private Map<String, byte[]> model;

  @BeforeEach
  void save() throws IOException {
    pushed = new PushedModel(folder);
    server = pushed.server();
    model = pushed.files();
  }

  @AfterEach
  void clear() {
    pushed.close();
  }

  private Map<String, Stored> stored(String branch) {
    return pushed.stored(branch);
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

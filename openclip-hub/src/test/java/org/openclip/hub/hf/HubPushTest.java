package org.openclip.hub.hf;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.FetchException;
import org.openclip.api.model.ClipModel;
import org.openclip.hub.OpenClip;
import org.openclip.hub.checkpoint.WeightsMismatchException;
import org.openclip.hub.model.ModelFolder;
import org.openclip.hub.publish.HubPush;
import org.openclip.hub.publish.HubPush.Pushed;
import org.openclip.hub.testkit.HubServer;
import org.openclip.hub.testkit.HubServer.Asked;
import org.openclip.hub.testkit.HubServer.Fault;
import org.openclip.hub.testkit.PushedModel;
import org.openclip.hub.testkit.StoredRepository;
import org.openclip.hub.testkit.StoredRepository.Stored;
import org.openclip.hub.testkit.UploadHandler;

/** What is pushed to a hub comes back bit by bit. */
@Tag("once")
class HubPushTest {
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

  private HubPush push() {
    return HubPush.of(folder.resolve("model"), "me/cats");
  }

  private Map<String, Stored> stored(String branch) {
    return pushed.stored(branch);
  }

  private List<Asked> sent() {
    return server.asked.stream().filter(a -> a.store() && a.method().equals("PUT")).toList();
  }

  @Test
  void aSavedModelHasAllItsFiles() {
    assertThat(model)
        .containsOnlyKeys(
            ModelFolder.CONFIG,
            ModelFolder.CHECKPOINT,
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "vocab.json",
            "merges.txt");
  }

  @Test
  void everyFileComesBackBitByBit() {
    Pushed pushed = push().create(false).license("mit").message("Cats").push();

    assertThat(pushed.commit()).isEqualTo(server.repository("me/cats").head("main"));
    assertThat(pushed.url()).endsWith("/me/cats/commit/" + pushed.commit());
    assertThat(server.repository("me/cats").messages.get(pushed.commit())).isEqualTo("Cats");
    HubSource source = HubTestSettings.of(server, folder.resolve("other")).source("me/cats");
    model.forEach((name, bytes) -> assertThat(source.fetch(name)).hasBinaryContent(bytes));
    assertThat(source.names()).hasSize(model.size() + 2).contains("README.md", ".gitattributes");
    try (ClipModel loaded = OpenClip.load("hf-hub:me/cats")) {
      assertThat(loaded.encodeTexts(List.of("a cat")).row(0)).hasSize(16);
    }
  }

  @Test
  void theCardSaysWhatTheModelIs() {
    push().create(false).license("mit").push();

    assertThat(new String(stored("main").get("README.md").bytes, UTF_8))
        .startsWith("---\ntags:\n- clip\n")
        .contains("library_name: open_clip", "license: mit\n---", "# cats")
        .contains("32 x 32 pixels", "OpenClip.load(\"hf-hub:me/cats\")");
  }

  @Test
  void largeFilesGoInPartsToTheStoreWithoutTheToken() {
    push().create(false).push();

    int checkpoint = model.get(ModelFolder.CHECKPOINT).length;
    String oid = StoredRepository.sha256(model.get(ModelFolder.CHECKPOINT));
    assertThat(checkpoint).isGreaterThan(10 * UploadHandler.PART);
    assertThat(sent().stream().filter(a -> a.path().startsWith("/parts/" + oid)))
        .hasSize((checkpoint + UploadHandler.PART - 1) / UploadHandler.PART);
    assertThat(sent()).allMatch(a -> a.header("authorization").isEmpty());
    assertThat(stored("main").get(ModelFolder.CHECKPOINT).large).isTrue();
    assertThat(stored("main").get(ModelFolder.CONFIG).large).isFalse();
  }

  @Test
  void whatIsThereIsNotSentAgain() {
    Pushed first = push().create(false).push();
    server.asked.clear();

    Pushed second = push().push();

    assertThat(second.commit()).isEqualTo(first.commit());
    assertThat(sent()).isEmpty();
    assertThat(server.asked).noneMatch(a -> a.path().contains("/commit/"));
  }

  @Test
  void bytesThatTheStoreHasAreNotSentAgain() {
    push().create(false).push();
    server.asked.clear();

    HubPush.of(folder.resolve("model"), "me/copy").create(true).push();

    assertThat(sent()).isEmpty();
    assertThat(server.repository("me/copy").token).as("private").isEqualTo("hf_writer");
  }

  @Test
  void aPartThatFailsIsSentAgain() {
    server.storeFaults.add(new Fault.Status(500, Map.of()));
    server.storeFaults.add(new Fault.Status(503, Map.of("Retry-After", "0")));

    push().create(false).push();

    assertThat(stored("main").get(ModelFolder.CHECKPOINT).bytes)
        .isEqualTo(model.get(ModelFolder.CHECKPOINT));
  }

  @Test
  void aPullRequestLeavesTheBranchAlone() {
    push().create(false).push();
    String before = server.repository("me/cats").head("main");

    Pushed proposed = push().pullRequest().license("mit").push();
    assertThat(proposed.commit()).as("nothing new").isEqualTo(before);

    assertThat(
            HubPush.of(folder.resolve("model"), "me/others")
                .create(false)
                .pullRequest()
                .push()
                .url())
        .endsWith("/discussions/1");
    assertThat(server.repository("me/others").files(server.repository("me/others").head("main")))
        .hasSize(1);
  }

  @Test
  void aCardThatIsThereStays() {
    server
        .repository("me/cats")
        .commit("main", Map.of("README.md", Stored.small("mine".getBytes(UTF_8))));

    push().push();

    assertThat(new String(stored("main").get("README.md").bytes, UTF_8)).isEqualTo("mine");
  }

  @Test
  void refusals() throws IOException {
    assertThatThrownBy(() -> push().push())
        .isInstanceOf(FetchException.class)
        .hasMessageContaining("--create");

    server.repository("me/cats").commit("main", Map.of("a", Stored.small(new byte[1])));
    System.setProperty("HF_TOKEN", "hf_reader");
    assertThatThrownBy(() -> push().push())
        .isInstanceOf(FetchException.class)
        .hasMessageContaining("is forbidden (you may not write)");

    System.clearProperty("HF_TOKEN");
    System.setProperty("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1");
    try {
      assertThatThrownBy(() -> push().push())
          .isInstanceOf(FetchException.class)
          .hasMessageContaining("set HF_TOKEN to a token with write permission");
    } finally {
      System.clearProperty("HF_HUB_DISABLE_IMPLICIT_TOKEN");
    }

    Path config = folder.resolve("model").resolve(ModelFolder.CONFIG);
    Files.writeString(
        config, Files.readString(config).replaceAll("\"embed_dim\" : 16", "\"embed_dim\" : 32"));
    assertThatThrownBy(() -> push().push()).isInstanceOf(WeightsMismatchException.class);
    assertThat(stored("main")).containsOnlyKeys("a");
  }
}

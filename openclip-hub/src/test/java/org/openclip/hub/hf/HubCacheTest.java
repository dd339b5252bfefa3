package org.openclip.hub.hf;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.FetchException;
import org.openclip.hub.testkit.HubServer;
import org.openclip.hub.testkit.StoredRepository;
import org.openclip.hub.testkit.StoredRepository.Stored;

/** The cache has the layout of the hub's Python library, so that both read what the other wrote. */
@Tag("once")
class HubCacheTest {
  private static final byte[] CONFIG = "{\"model_cfg\": {}}".getBytes(UTF_8);
  private static final byte[] VOCABULARY = "{\"a\": 1}".getBytes(UTF_8);
  private static final byte[] WEIGHTS = "weights".repeat(1000).getBytes(UTF_8);
  private static final URI NOWHERE = URI.create("http://127.0.0.1:1");

  @TempDir Path cache;
  private final HubServer server = new HubServer();
  private final String first =
      server
          .repository("org/model")
          .commit(
              "main",
              Map.of(
                  "open_clip_config.json",
                  Stored.small(CONFIG),
                  "tokenizer/vocab.json",
                  Stored.small(VOCABULARY),
                  "open_clip_model.safetensors",
                  Stored.large(WEIGHTS)));

  @AfterEach
  void stop() {
    server.close();
  }

  private HubTestSettings hub() {
    return HubTestSettings.of(server, cache);
  }

  private void fetchAll(HubTestSettings hub, String location) {
    HubSource source = hub.source(location);
    source.names().forEach(source::fetch);
  }

  @Test
  void theLayoutThatIsWritten() throws IOException {
    fetchAll(hub(), "org/model");

    Path folder = cache.resolve("models--org--model");
    String snapshot = "snapshots/" + first;
    try (Stream<Path> files = Files.walk(folder)) {
      assertThat(files.filter(Files::isRegularFile).map(f -> folder.relativize(f).toString()))
          .containsExactlyInAnyOrder(
              "blobs/" + StoredRepository.gitHash(CONFIG),
              "blobs/" + StoredRepository.gitHash(VOCABULARY),
              "blobs/" + StoredRepository.sha256(WEIGHTS),
              "refs/main",
              snapshot + "/open_clip_config.json",
              snapshot + "/open_clip_model.safetensors",
              snapshot + "/tokenizer/vocab.json");
    }
    assertThat(folder.resolve("refs/main")).hasContent(first);
    assertThat(Files.readSymbolicLink(folder.resolve(snapshot + "/open_clip_config.json")))
        .hasToString("../../blobs/" + StoredRepository.gitHash(CONFIG));
    assertThat(Files.readSymbolicLink(folder.resolve(snapshot + "/tokenizer/vocab.json")))
        .hasToString("../../../blobs/" + StoredRepository.gitHash(VOCABULARY));
    assertThat(cache.resolve(".locks/models--org--model"))
        .isDirectoryContaining(f -> f.toString().endsWith(".lock"));
  }

  @Test
  void filesWhereThereAreNoLinks() throws IOException {
    fetchAll(hub().withoutLinks(), "org/model");

    Path folder = cache.resolve("models--org--model");
    Path file = folder.resolve("snapshots/" + first + "/open_clip_model.safetensors");
    assertThat(file).hasBinaryContent(WEIGHTS);
    assertThat(Files.isSymbolicLink(file)).isFalse();
    assertThat(folder.resolve("blobs")).isEmptyDirectory();
  }

  @Test
  void aCopyWhereAnotherSnapshotHasTheBytes() {
    fetchAll(hub(), "org/model");
    String second =
        server.repository("org/model").commit("main", Map.of("new.txt", Stored.small(VOCABULARY)));
    server.asked.clear();

    fetchAll(hub().withoutLinks(), "org/model");

    assertThat(
            cache.resolve(
                "models--org--model/snapshots/" + second + "/open_clip_model.safetensors"))
        .isRegularFile()
        .hasBinaryContent(WEIGHTS);
    assertThat(server.downloads()).as("known bytes are not fetched again").isEmpty();
  }

  /** Lays a cache out by hand, as the Python library does. */
  private void layOut() throws IOException {
    Path folder = cache.resolve("models--org--model");
    Path snapshot = Files.createDirectories(folder.resolve("snapshots/" + first));
    Files.createDirectories(folder.resolve("blobs"));
    Files.createDirectories(folder.resolve("refs"));
    Files.createDirectories(folder.resolve(".no_exist/" + first));
    Files.writeString(folder.resolve("refs/main"), first);
    for (var file :
        Map.of("open_clip_config.json", CONFIG, "open_clip_model.safetensors", WEIGHTS)
            .entrySet()) {
      boolean large = file.getKey().endsWith(".safetensors");
      String etag =
          large
              ? StoredRepository.sha256(file.getValue())
              : StoredRepository.gitHash(file.getValue());
      Files.write(folder.resolve("blobs").resolve(etag), file.getValue());
      Files.createSymbolicLink(snapshot.resolve(file.getKey()), Path.of("../../blobs/" + etag));
    }
    Files.createFile(folder.resolve(".no_exist/" + first + "/open_clip_pytorch_model.bin"));
  }

  @Test
  void aCacheLaidOutByHandIsRead() throws IOException {
    layOut();

    HubSource online = hub().source("org/model");
    assertThat(online.fetch("open_clip_model.safetensors")).hasBinaryContent(WEIGHTS);
    assertThat(server.asked).as("nothing but the commit is asked for").hasSize(1);

    HubSource offline = hub().asOffline().source("org/model");
    assertThat(offline.names())
        .containsExactly("open_clip_config.json", "open_clip_model.safetensors");
    assertThat(offline.fetch("open_clip_config.json")).hasBinaryContent(CONFIG);
  }

  @Test
  void offlineAsksNobody() {
    fetchAll(hub(), "org/model");
    server.asked.clear();

    HubSource source = hub().asOffline().source("org/model");
    assertThat(source.fetch("open_clip_model.safetensors")).hasBinaryContent(WEIGHTS);
    assertThat(server.asked).isEmpty();
  }

  @Test
  void offlineWithoutACopySaysSo() {
    assertThatThrownBy(() -> hub().asOffline().source("org/model").names())
        .isInstanceOf(FetchException.class)
        .hasMessageContaining("hf-hub:org/model is not in the cache " + cache)
        .hasMessageContaining("HF_HUB_OFFLINE");

    hub().source("org/model").fetch("open_clip_config.json");
    assertThatThrownBy(
            () -> hub().asOffline().source("org/model").fetch("open_clip_model.safetensors"))
        .isInstanceOf(FetchException.class)
        .hasMessageContaining("open_clip_model.safetensors")
        .hasMessageContaining("the hub cannot be reached");
    assertThat(server.downloads()).isEmpty();
  }

  @Test
  void aHubThatDoesNotAnswerIsReplacedByTheCache() {
    fetchAll(hub(), "org/model");

    HubSource source = hub().at(NOWHERE).source("org/model");

    assertThat(source.fetch("open_clip_model.safetensors")).hasBinaryContent(WEIGHTS);
  }

  @Test
  void aMovedRevisionIsFollowedAndACommitIsKept() {
    fetchAll(hub(), "org/model");
    byte[] newer = "newer".getBytes(UTF_8);
    String second =
        server
            .repository("org/model")
            .commit("main", Map.of("open_clip_model.safetensors", Stored.large(newer)));

    assertThat(hub().asOffline().source("org/model").fetch("open_clip_model.safetensors"))
        .as("offline, what it was")
        .hasBinaryContent(WEIGHTS);
    assertThat(hub().source("org/model").fetch("open_clip_model.safetensors"))
        .as("online, what it is")
        .hasBinaryContent(newer);
    assertThat(hub().source("org/model@" + first).fetch("open_clip_model.safetensors"))
        .as("a commit stays")
        .hasBinaryContent(WEIGHTS);
    assertThat(cache.resolve("models--org--model/refs/main")).hasContent(second);
  }

  @Test
  void aRevisionThatMovesMeanwhileDoesNotMixFiles() {
    HubSource source = hub().source("org/model");
    source.fetch("open_clip_config.json");
    server
        .repository("org/model")
        .commit(
            "main", Map.of("open_clip_model.safetensors", Stored.large("newer".getBytes(UTF_8))));

    assertThat(source.fetch("open_clip_model.safetensors")).hasBinaryContent(WEIGHTS);
  }

  @Test
  void branchesWithSlashes() {
    server.repository("org/model").commit("refs/pr/1", Map.of("a.txt", Stored.small(CONFIG)));

    assertThat(hub().source("org/model@refs/pr/1").fetch("a.txt")).hasBinaryContent(CONFIG);
    assertThat(cache.resolve("models--org--model/refs/refs/pr/1")).isRegularFile();
  }

  @Test
  void aLinkWhoseBytesWereDeletedIsMended() throws IOException {
    fetchAll(hub(), "org/model");
    Files.delete(cache.resolve("models--org--model/blobs/" + StoredRepository.sha256(WEIGHTS)));

    assertThat(hub().source("org/model").fetch("open_clip_model.safetensors"))
        .hasBinaryContent(WEIGHTS);
  }

  @Test
  void aReadOnlyCacheIsReadAndNotWritten() throws IOException, InterruptedException {
    hub().source("org/model").fetch("open_clip_config.json");
    try (Stream<Path> folders = Files.walk(cache)) {
      for (Path folder : folders.filter(Files::isDirectory).toList()) {
        assertThat(folder.toFile().setWritable(false)).isTrue();
      }
    }
    try {
      server.repository("org/model").commit("main", Map.of("x", Stored.small(VOCABULARY)));
      HubSource pinned = hub().source("org/model@" + first);
      assertThat(pinned.fetch("open_clip_config.json")).hasBinaryContent(CONFIG);

      assumeThat(!Files.isWritable(cache) || FetchProgram.canForbid())
          .as("a user who may write anywhere, which cannot be forbidden to a process")
          .isTrue();
      Process writes =
          FetchProgram.startBound(
              server, cache, "org/model@" + first, "open_clip_model.safetensors");
      assertThat(FetchProgram.output(writes))
          .contains("FAILED")
          .contains("read-only")
          .contains("HF_HUB_CACHE");
    } finally {
      try (Stream<Path> folders = Files.walk(cache)) {
        folders.filter(Files::isDirectory).forEach(f -> f.toFile().setWritable(true));
      }
    }
  }

  @Test
  void aCacheThatIsNoFolder() throws IOException {
    Path file = Files.createFile(cache.resolve("file"));

    assertThatThrownBy(
            () ->
                HubTestSettings.of(server, file).source("org/model").fetch("open_clip_config.json"))
        .isInstanceOf(FetchException.class)
        .hasMessageContaining("cannot be stored in the cache " + file);
  }
}

package org.openclip.hub.hf;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.FetchException;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.spi.FetchListener;
import org.openclip.api.spi.FetchOptions;
import org.openclip.hub.http.Proxies;
import org.openclip.hub.testkit.HubServer;
import org.openclip.hub.testkit.HubServer.Asked;
import org.openclip.hub.testkit.HubServer.Fault;
import org.openclip.hub.testkit.StoredRepository;
import org.openclip.hub.testkit.StoredRepository.Stored;

/** Files come from the hub whole and right, whatever happens on the way. */
@Tag("once")
class HubDownloadTest {
  private static final byte[] CONFIG = "{\"model_cfg\": {}}".getBytes(UTF_8);

  @TempDir Path cache;
  private final HubServer server = new HubServer();
  private final byte[] weights = bytes(3_000_000);

  HubDownloadTest() {
    server
        .repository("org/model")
        .commit(
            "main",
            Map.of(
                "open_clip_config.json",
                Stored.small(CONFIG),
                "open_clip_model.safetensors",
                Stored.large(weights)));
  }

  private static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    new Random(count).nextBytes(bytes);
    return bytes;
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private HubTestSettings hub() {
    return HubTestSettings.of(server, cache);
  }

  @Test
  void smallAndLargeFiles() {
    HubSource source = hub().source("org/model");

    assertThat(source.names())
        .containsExactly("open_clip_config.json", "open_clip_model.safetensors");
    assertThat(source.fetch("open_clip_config.json")).hasBinaryContent(CONFIG);
    assertThat(source.fetch("open_clip_model.safetensors")).hasBinaryContent(weights);
  }

  @Test
  void whatIsHereIsNotFetchedAgain() {
    hub().source("org/model").fetch("open_clip_model.safetensors");
    server.asked.clear();

    hub().source("org/model").fetch("open_clip_model.safetensors");

    assertThat(server.asked)
        .extracting(Asked::path)
        .containsExactly("/api/models/org/model/revision/main");
  }

  @Test
  void theTokenGoesToTheHubAndNowhereElse() {
    hub().withToken("hf_secret").source("org/model").fetch("open_clip_model.safetensors");

    assertThat(server.asked)
        .filteredOn(a -> !a.store())
        .hasSize(3)
        .allMatch(a -> a.header("authorization").equals("Bearer hf_secret"))
        .allMatch(a -> a.header("user-agent").startsWith("openclip"));
    assertThat(server.downloads()).hasSize(1).allMatch(a -> a.header("authorization").isEmpty());
  }

  @Test
  void aCutDownloadGoesOnWhereItEnded() {
    server.storeFaults.add(new Fault.Cut(1_000_000));

    assertThat(hub().source("org/model").fetch("open_clip_model.safetensors"))
        .hasBinaryContent(weights);

    assertThat(server.downloads()).hasSize(2);
    assertThat(resumedAt(server.downloads().get(1))).isBetween(1L, 1_000_000L);
  }

  @Test
  void aDownloadThatWasGivenUpGoesOnInTheNextProgram() throws IOException {
    server.storeFaults.add(new Fault.Cut(2_000_000));

    assertThatThrownBy(
            () ->
                hub()
                    .source("org/model", 0, FetchListener.NONE)
                    .fetch("open_clip_model.safetensors"))
        .isInstanceOf(FetchException.class)
        .hasMessageContaining("org/model/open_clip_model.safetensors");

    Path blobs = cache.resolve("models--org--model/blobs");
    try (var files = Files.list(blobs)) {
      assertThat(files).singleElement().asString().endsWith(".incomplete");
    }
    assertThat(cache.resolve("models--org--model/snapshots")).doesNotExist();

    assertThat(hub().source("org/model").fetch("open_clip_model.safetensors"))
        .hasBinaryContent(weights);
    assertThat(resumedAt(server.downloads().get(1))).isBetween(1L, 2_000_000L);
    try (var files = Files.list(blobs)) {
      assertThat(files).containsExactly(blobs.resolve(StoredRepository.sha256(weights)));
    }
  }

  private static long resumedAt(Asked asked) {
    return Long.parseLong(asked.header("range").replaceAll("bytes=(\\d+)-.*", "$1"));
  }

  @Test
  void aServerWithoutRangesSendsAllAgain() {
    server.ranges = false;
    server.storeFaults.add(new Fault.Cut(1_000_000));

    assertThat(hub().source("org/model").fetch("open_clip_model.safetensors"))
        .hasBinaryContent(weights);
  }

  @Test
  void anInterruptEndsAWaitAndKeepsWhatHasCome() {
    server.storeFaults.add(new Fault.Stall(1_000_000));
    Thread caller = Thread.currentThread();
    FetchListener interrupting = (file, done, all) -> interrupt(caller, done);

    Throwable thrown =
        catchThrowable(
            () -> hub().source("org/model", 3, interrupting).fetch("open_clip_model.safetensors"));
    boolean kept = Thread.interrupted();

    assertThat(thrown).isInstanceOf(InterruptedCallException.class);
    assertThat(kept).isTrue();
    assertThat(hub().source("org/model").fetch("open_clip_model.safetensors"))
        .hasBinaryContent(weights);
    assertThat(resumedAt(server.downloads().get(1))).isBetween(1L, 1_000_000L);
  }

  private static void interrupt(Thread caller, long done) {
    if (done > 0) {
      caller.interrupt();
    }
  }

  @Test
  void whoeverIsInterruptedAsksNoServer() {
    Thread.currentThread().interrupt();

    Throwable thrown = catchThrowable(() -> hub().source("org/model").names());
    boolean kept = Thread.interrupted();

    assertThat(thrown).isInstanceOf(InterruptedCallException.class);
    assertThat(kept).isTrue();
    assertThat(server.asked).isEmpty();
  }

  @Test
  void aStalledConnectionIsGivenUp() {
    server.storeFaults.add(new Fault.Stall(1_000_000));
    HubTestSettings impatient = hub().withPatience(Duration.ofSeconds(1));

    assertThat(impatient.source("org/model").fetch("open_clip_model.safetensors"))
        .hasBinaryContent(weights);
    assertThat(server.downloads()).hasSizeGreaterThan(1);
  }

  @Test
  void corruptedBytesAreCaught() throws IOException {
    server.storeFaults.add(new Fault.Flip(1_234_567));

    assertThatThrownBy(() -> hub().source("org/model").fetch("open_clip_model.safetensors"))
        .isInstanceOf(FetchException.class)
        .hasMessageContaining("corrupt")
        .hasMessageContaining(StoredRepository.sha256(weights));
    try (var files = Files.list(cache.resolve("models--org--model/blobs"))) {
      assertThat(files).isEmpty();
    }

    assertThat(hub().source("org/model").fetch("open_clip_model.safetensors"))
        .hasBinaryContent(weights);
  }

  @Test
  void corruptedBytesOfSmallFilesAreCaught() {
    HubSource source = hub().source("org/model");
    source.names();
    server.hubFaults.add(new Fault.Flip(3));

    assertThatThrownBy(() -> source.fetch("open_clip_config.json"))
        .isInstanceOf(FetchException.class)
        .hasMessageContaining("corrupt")
        .hasMessageContaining(StoredRepository.gitHash(CONFIG));
  }

  @Test
  void damageInWhatWasHereBeforeIsMended() throws IOException {
    server.storeFaults.add(new Fault.Cut(2_000_000));
    HubSource first = hub().source("org/model", 0, FetchListener.NONE);
    assertThatThrownBy(() -> first.fetch("open_clip_model.safetensors"))
        .isInstanceOf(FetchException.class);
    Path part =
        cache.resolve(
            "models--org--model/blobs/"
                + StoredRepository.sha256(weights)
                + ".openclip.incomplete");
    byte[] damaged = Files.readAllBytes(part);
    damaged[10] ^= 1;
    Files.write(part, damaged);

    assertThat(hub().source("org/model").fetch("open_clip_model.safetensors"))
        .hasBinaryContent(weights);
  }

  @Test
  void busyAndFailingServersAreAskedAgain() {
    server.hubFaults.add(new Fault.Status(503, Map.of()));
    server.hubFaults.add(new Fault.Status(429, Map.of("Retry-After", "1")));
    server.storeFaults.add(new Fault.Status(500, Map.of()));
    server.storeFaults.add(new Fault.Status(429, Map.of("RateLimit", "\"api\";r=0;t=0")));
    long start = System.nanoTime();

    assertThat(hub().source("org/model").fetch("open_clip_model.safetensors"))
        .hasBinaryContent(weights);

    assertThat(System.nanoTime() - start)
        .as("what the server asked to wait")
        .isGreaterThan(1_900_000_000);
    assertThat(server.downloads()).hasSize(3);
  }

  @Test
  void aBusyServerIsNotAskedForEver() {
    for (int i = 0; i < 4; i++) {
      server.hubFaults.add(new Fault.Status(429, Map.of("Retry-After", "0")));
    }

    assertThatThrownBy(() -> hub().source("org/model").names())
        .isInstanceOf(FetchException.class)
        .hasMessageContaining("too many requests")
        .satisfies(e -> assertThat(((FetchException) e).status()).isEqualTo(429));
    assertThat(server.asked).hasSize(4);
  }

  @Test
  void bigFilesComeInRangesSideBySide() {
    byte[] big = bytes(70 << 20);
    server.repository("org/big").commit("main", Map.of("big.bin", Stored.large(big)));
    server.storeFaults.add(new Fault.Cut(5_000_000));

    Path file = hub().source("org/big").fetch("big.bin");

    assertThat(StoredRepository.sha256(read(file))).isEqualTo(StoredRepository.sha256(big));
    List<Asked> downloads = server.downloads();
    assertThat(downloads).hasSize(3);
    assertThat(downloads.stream().map(HubDownloadTest::resumedAt)).contains(0L, 35L << 20);
  }

  @Test
  void bigFilesComeInOnePieceFromServersWithoutRanges() {
    byte[] big = bytes(65 << 20);
    server.ranges = false;
    server.repository("org/big").commit("main", Map.of("big.bin", Stored.large(big)));

    Path file = hub().source("org/big").fetch("big.bin");

    assertThat(StoredRepository.sha256(read(file))).isEqualTo(StoredRepository.sha256(big));
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void anEmptyFile() {
    server.repository("org/model").commit("main", Map.of("empty.txt", Stored.small(new byte[0])));

    assertThat(hub().source("org/model").fetch("empty.txt")).isEmptyFile();
  }

  @Test
  void progressIsToldUpToTheEnd() {
    List<Long> told = new CopyOnWriteArrayList<>();
    server.storeFaults.add(new Fault.Cut(1_000_000));

    hub()
        .source(
            "org/model",
            3,
            (name, done, total) -> {
              assertThat(name).isEqualTo("open_clip_model.safetensors");
              assertThat(total).isEqualTo(3_000_000);
              told.add(done);
            })
        .fetch("open_clip_model.safetensors");

    assertThat(told).isSorted().startsWith(0L).endsWith(3_000_000L);
  }

  @Test
  void aRenamedRepositoryIsFollowed() {
    server.renamed.put("old/name", "org/model");

    assertThat(hub().withToken("hf_secret").source("old/name").fetch("open_clip_config.json"))
        .hasBinaryContent(CONFIG);
  }

  @Test
  void aProxyIsUsed() {
    // given a server that answers for any host, as a proxy does
    URI proxy = server.endpoint();
    Map<String, String> environment = Map.of("http_proxy", proxy.toString());
    HubTestSettings elsewhere = hub().at(URI.create("http://hub.example"));

    HubSource source =
        new HubSource(
            HubLocation.parse("org/model"),
            elsewhere.settings(0, new Proxies(environment::get)),
            FetchOptions.DEFAULT);

    assertThat(source.fetch("open_clip_config.json")).hasBinaryContent(CONFIG);
    assertThat(server.asked.get(0).header("host")).isEqualTo("hub.example");
  }
}

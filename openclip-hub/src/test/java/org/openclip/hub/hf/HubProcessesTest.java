package org.openclip.hub.hf;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.hub.testkit.HubServer;
import org.openclip.hub.testkit.HubServer.Fault;
import org.openclip.hub.testkit.StoredRepository;
import org.openclip.hub.testkit.StoredRepository.Stored;

/** Several processes share one cache, and what one of them leaves undone harms no other. */
@Tag("once")
class HubProcessesTest {
  private static final String FILE = "open_clip_model.safetensors";

  @TempDir Path cache;
  private final HubServer server = new HubServer();
  private final byte[] weights = new byte[6_000_000];

  HubProcessesTest() {
    new Random(7).nextBytes(weights);
    server.repository("org/model").commit("main", Map.of(FILE, Stored.large(weights)));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void twoProcessesAtOnceFetchOnce() throws Exception {
    // The first answer is slow enough for the second process to come meanwhile.
    server.storeFaults.add(new Fault.Pause(1_000_000));

    Process first = FetchProgram.start(server, cache, "org/model", FILE);
    Process second = FetchProgram.start(server, cache, "org/model", FILE);
    while (server.asked.stream().filter(a -> a.method().equals("HEAD")).count() < 2
        && first.isAlive()) {
      Thread.sleep(20);
    }
    server.release();

    String path = FetchProgram.output(first);
    assertThat(FetchProgram.output(second)).isEqualTo(path);
    assertThat(Path.of(path)).hasBinaryContent(weights);
    assertThat(server.downloads()).hasSize(1);
  }

  @Test
  void whatAKilledProcessLeavesIsGoneOnWith() throws Exception {
    server.storeFaults.add(new Fault.Pause(2_000_000));
    Process killed = FetchProgram.start(server, cache, "org/model", FILE);
    Path part =
        cache.resolve(
            "models--org--model/blobs/"
                + StoredRepository.sha256(weights)
                + ".openclip.incomplete");
    while (killed.isAlive() && !(server.downloads().size() == 1 && Files.exists(part))) {
      Thread.sleep(20);
    }
    Thread.sleep(500);
    killed.destroyForcibly().waitFor();
    server.release();

    try (Stream<Path> files = Files.walk(cache)) {
      assertThat(files.filter(Files::isRegularFile).filter(f -> !f.toString().contains(".locks")))
          .as("nothing looks whole")
          .allMatch(f -> f.equals(part) || f.endsWith("refs/main"));
    }
    assertThat(HubTestSettings.of(server, cache).source("org/model").fetch(FILE))
        .hasBinaryContent(weights);
    assertThat(server.downloads().get(1).header("range"))
        .as("it goes on from where the other process died")
        .matches("bytes=[1-9]\\d*-5999999");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aFullDiskLosesNothing(@TempDir Path outside) throws Exception {
    assumeThat(FetchProgram.canMount()).as("users may mount in name spaces of their own").isTrue();
    // given a disk of 8 MB that something else fills when the first bytes have come
    server.storeFaults.add(new Fault.Pause(2_000_000));
    String script =
        """
        mount -t tmpfs -o size=8m tmpfs CACHE
        "$@" &
        until ls CACHE/models--org--model/blobs/*.incomplete >/dev/null 2>&1; do
          kill -0 $!
          sleep 0.05
        done
        sleep 0.5
        dd if=/dev/zero of=CACHE/other bs=64k >/dev/null 2>&1 || true
        touch OUTSIDE/full
        wait $! || true
        rm CACHE/other
        "$@"
        cmp "$(find CACHE -name open_clip_model.safetensors)" OUTSIDE/expected && echo EQUAL
        """
            .replace("CACHE", cache.toString())
            .replace("OUTSIDE", outside.toString());
    Files.write(outside.resolve("expected"), weights);

    // when
    Process both = FetchProgram.startMounting(script, server, cache, "org/model", FILE);
    while (both.isAlive() && !Files.exists(outside.resolve("full"))) {
      Thread.sleep(20);
    }
    server.release();

    // then
    assertThat(FetchProgram.output(both))
        .contains("FAILED hf-hub:org/model/" + FILE + " cannot be stored in the cache " + cache)
        .contains("No space left on device")
        .contains("The next attempt continues from the partial download")
        .endsWith("EQUAL");
    assertThat(server.downloads().get(1).header("range")).matches("bytes=[1-9]\\d*-5999999");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aDiskThatIsTooSmallIsToldBeforeTheFirstByte() throws Exception {
    assumeThat(FetchProgram.canMount()).as("users may mount in name spaces of their own").isTrue();
    String script = "mount -t tmpfs -o size=3m tmpfs " + cache + "; \"$@\"";

    Process small = FetchProgram.startMounting(script, server, cache, "org/model", FILE);

    assertThat(FetchProgram.output(small))
        .contains("5 MB are still to be downloaded, but the disk has only");
    assertThat(server.downloads()).isEmpty();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aReadOnlyDiskIsReadAndToldFromAFullOne() throws Exception {
    assumeThat(FetchProgram.canMount()).as("users may mount in name spaces of their own").isTrue();
    String there = HubTestSettings.of(server, cache).source("org/model").fetch(FILE).toString();
    server
        .repository("org/model")
        .commit("v2", Map.of("new.bin", Stored.large("new".getBytes(UTF_8))));
    String script =
        "mount --bind CACHE CACHE; mount -o remount,ro,bind CACHE; \"$@\""
            .replace("CACHE", cache.toString());

    Process reads = FetchProgram.startMounting(script, server, cache, "org/model", FILE);
    Process writes = FetchProgram.startMounting(script, server, cache, "org/model@v2", "new.bin");

    assertThat(FetchProgram.output(reads)).as("what is there").isEqualTo(there);
    assertThat(FetchProgram.output(writes))
        .contains("the cache " + cache + " is read-only")
        .contains("Choose another folder with HF_HUB_CACHE, --cache-dir");
  }
}

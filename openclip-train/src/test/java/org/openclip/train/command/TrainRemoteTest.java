package org.openclip.train.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.awt.Color;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.hub.remote.RemoteFiles;
import org.openclip.train.run.Checkpoint;
import org.openclip.train.shard.TarFiles;

/** Data that lie elsewhere, and runs that are copied elsewhere; a zip file stands for a bucket. */
class TrainRemoteTest {
  @TempDir static Path folder;

  private static ColourRuns runs;
  private static String bucket = "";

  @BeforeAll
  static void makeData() throws IOException {
    runs = ColourRuns.in(folder);
    Path zip = folder.resolve("bucket.zip");
    try (OutputStream out = Files.newOutputStream(zip);
        ZipOutputStream entries = new ZipOutputStream(out)) {
      entries.putNextEntry(new ZipEntry("empty"));
    }
    bucket = "jar:" + zip.toUri() + "!/";
  }

  @Test
  void shardsBehindAWebServerAreTrainedOn() throws IOException {
    Map<String, byte[]> members = new LinkedHashMap<>();
    for (int i = 0; i < 16; i++) {
      members.put(
          String.format(Locale.ROOT, "%04d.png", i), ColourRuns.picture(new Color(i * 99991), i));
      members.put(
          String.format(Locale.ROOT, "%04d.json", i),
          TarFiles.text("{\"a\": \"\", \"b\": \"colour " + i + "\"}"));
    }
    byte[] shard = Files.readAllBytes(TarFiles.write(folder.resolve("s.tar"), members));
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          byte[] body =
              path.endsWith("sizes.json")
                  ? TarFiles.text("{\"s-0.tar\": 16, \"s-1.tar\": 16}")
                  : path.matches("/data/s-[01]\\.tar") ? shard : new byte[0];
          exchange.sendResponseHeaders(body.length == 0 ? 404 : 200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    try {
      String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/data/s-{0..1}.tar";
      Map<String, String> flags = runs.flags("web");
      flags.put("--train-data", url);
      flags.put("--json-text-key", "a;b");
      flags.put("--val-data", url);
      flags.put("--epochs", "1");

      ColourRuns.Run run = ColourRuns.run(flags);

      assertThat(run.code()).as(run.err()).isZero();
      assertThat(run.err())
          .contains("1 epochs of 4 steps")
          .contains("num_samples 32")
          .contains("0 samples were skipped");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void aRunIsCopiedAndGoesOnFromThere() throws IOException {
    String[] more = {"--epochs", "2", "--remote-sync", bucket + "runs"};
    ColourRuns.Run run = runs.train("synced", more);

    assertThat(run.code()).as(run.err()).isZero();
    Path there = RemoteFiles.path(bucket + "runs/synced");
    Path here = runs.log("synced", "");
    for (String name :
        new String[] {"params.txt", "out.log", "checkpoints/epoch_2/training.json"}) {
      assertThat(Files.readAllBytes(there.resolve(name)))
          .as(name)
          .isEqualTo(Files.readAllBytes(here.resolve(name)));
    }
    assertThat(Files.size(there.resolve("checkpoints/epoch_1/optimizer.safetensors")))
        .isEqualTo(Files.size(here.resolve("checkpoints/epoch_1/optimizer.safetensors")));

    Checkpoint.remove(here);
    ColourRuns.Run again =
        runs.train(
            "synced",
            Stream.of(more, new String[] {"--resume", "latest"})
                .flatMap(Stream::of)
                .toArray(String[]::new));

    assertThat(again.code()).as(again.err()).isZero();
    assertThat(again.err()).contains("from step 8");
    assertThat(here.resolve("checkpoints/epoch_2/training.json")).exists();
  }

  @Test
  void aPlaceThatCannotBeWrittenToIsSaidAtOnce() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    ColourRuns.Run run =
        runs.train("unsynced", "--epochs", "1", "--remote-sync", file.resolve("x").toString());

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("remote sync").contains("cannot be copied");
    assertThat(runs.log("unsynced", "checkpoints/epoch_1")).doesNotExist();
  }
}

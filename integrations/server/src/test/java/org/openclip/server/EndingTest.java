package org.openclip.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.hub.cli.Main;
import org.openclip.testkit.Fixtures;
import org.openclip.testkit.JavaProcess;

/** A server that ends in the midst of its work answers what it was asked. */
@Tag("once")
@Timeout(180)
class EndingTest {
  private static final int CALLERS = 16;

  @TempDir Path folder;

  private static String picture() throws IOException {
    return Base64.getEncoder()
        .encodeToString(Files.readAllBytes(Fixtures.path("preprocess/images/cat.png")));
  }

  private static void assertNothingIsLost(Load load) throws InterruptedException {
    load.join();
    assertThat(load.lost).isEmpty();
    assertThat(load.refused).hasValue(CALLERS);
    assertThat(load.answered.get()).isGreaterThan(2 * CALLERS);
  }

  @Test
  void nothingIsLostWhenAServerIsClosedUnderLoad() throws Exception {
    ClipServer server = Servers.start(Servers.options().drain(Duration.ofSeconds(60)));
    Load load = Load.start(Servers.uri(server, "").toString(), CALLERS, picture());
    while (load.answered.get() < 4 * CALLERS) {
      TimeUnit.MILLISECONDS.sleep(10);
    }

    server.close();
    server.close();

    assertNothingIsLost(load);
  }

  @Test
  void theCommandAnswersItsLastCallersAfterASignal() throws Exception {
    JavaProcess java = new JavaProcess(folder).options("--enable-native-access=ALL-UNNAMED");
    Process process = java.start(Main.class, "serve", "--port", "0", "--drain", "60");
    Path out = folder.resolve("out");
    while (process.isAlive() && !Files.readString(out).contains("\n")) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
    String said = Files.readString(out).strip();
    assertThat(said).startsWith("serving emoji-RN at http://127.0.0.1:");
    Load load = Load.start(said.substring(said.indexOf("http")), CALLERS, picture());
    while (load.answered.get() < 4 * CALLERS) {
      TimeUnit.MILLISECONDS.sleep(10);
    }

    process.destroy();

    assertNothingIsLost(load);
    JavaProcess.Run run = java.end(process);
    assertThat(run.code()).isEqualTo(143);
    assertThat(run.err().lines()).allMatch(line -> line.startsWith("openclip: note: emoji-RN"));
  }

  @Test
  void whatIsWrongWithTheCommandIsTold() throws Exception {
    try (ClipServer server = Servers.start(Servers.options())) {
      JavaProcess java = new JavaProcess(folder).options("--enable-native-access=ALL-UNNAMED");
      JavaProcess.Run run = java.run(Main.class, "serve", "--port", "" + server.port());
      assertThat(run.code()).isEqualTo(1);
      assertThat(run.err())
          .contains("openclip: port " + server.port() + " of 127.0.0.1 cannot be used")
          .doesNotContain("Exception");
    }
  }
}

package org.openclip.train.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.train.command.DistributedRuns.Ended;
import org.openclip.train.command.DistributedRuns.Running;

/** What becomes of a training in several processes when one of them is not as it should be. */
@Tag("once")
class TrainFaultsTest {
  /** Far more than a test has time for. */
  private static final String[] ENDLESS = {"--epochs", "100000", "--log-every-n-steps", "1"};

  @TempDir static Path folder;

  private static DistributedRuns together;

  @BeforeAll
  static void makeData() throws IOException {
    together = new DistributedRuns(ColourRuns.in(folder));
  }

  @Test
  void aProcessThatIsKilledEndsTheOthersWhichNameIt() throws Exception {
    List<Running> running = together.start(2, "killed", ENDLESS);
    running.get(0).waitFor("epoch 1 step ");

    running.get(1).process().destroyForcibly().waitFor();
    long killed = System.nanoTime();
    Ended first = running.get(0).end();

    assertThat(first.code()).as(first.said()).isEqualTo(1);
    assertThat((System.nanoTime() - killed) / 1e9).as("seconds").isLessThan(10);
    assertThat(first.said())
        .contains("rank 1 on ")
        .contains("(process " + running.get(1).process().pid() + ") ended without a message");
    try (Stream<Path> left = Files.list(together.runs().log("killed", "checkpoints"))) {
      assertThat(left.map(p -> p.getFileName().toString()))
          .noneMatch(name -> name.matches(".*\\.(part|old)"));
    }
  }

  @Test
  @Tag("full")
  void aFirstProcessThatIsKilledEndsTheOthersWhichNameIt() throws Exception {
    List<Running> running = together.start(3, "first-killed", ENDLESS);
    running.get(0).waitFor("epoch 1 step ");

    running.get(0).process().destroyForcibly().waitFor();
    long killed = System.nanoTime();

    for (Running other : running.subList(1, 3)) {
      Ended ended = other.end();
      assertThat((System.nanoTime() - killed) / 1e9).as("seconds").isLessThan(10);
      assertThat(ended.code()).as(ended.said()).isEqualTo(1);
      assertThat(ended.said()).contains("rank 0 on 127.0.0.1 ended without a message");
    }
  }

  @Test
  @Tag("full")
  void aProcessThatIsStoppedEndsTheOthersWithinTheTimeout() throws Exception {
    String[] flags =
        Stream.concat(Stream.of("--dist-timeout", "20"), Stream.of(ENDLESS)).toArray(String[]::new);
    List<Running> running = together.start(2, "stopped", flags);
    running.get(0).waitFor("epoch 1 step ");
    Process frozen = running.get(1).process();

    new ProcessBuilder("kill", "-STOP", Long.toString(frozen.pid())).start().waitFor();
    long stopped = System.nanoTime();
    try {
      Ended first = running.get(0).end();

      // A few seconds more, in which the first process looks for who it was, and ends.
      assertThat((System.nanoTime() - stopped) / 1e9).as("seconds").isLessThan(20 + 10);
      assertThat(first.code()).as(first.said()).isEqualTo(1);
      assertThat(first.said()).contains("rank 1 on ", "(process " + frozen.pid() + ")");
    } finally {
      frozen.destroyForcibly().waitFor();
    }
  }

  @Test
  void processesWithOtherFlagsAreRefusedBeforeTheyTrain() throws Exception {
    int port = DistributedRuns.freePort();
    List<Running> running = new ArrayList<>();
    running.add(
        together.start(
            DistributedRuns.variables(0, 2, port), together.arguments("flags", "--epochs", "1")));
    running.add(
        together.start(
            DistributedRuns.variables(1, 2, port),
            together.arguments("flags", "--epochs", "1", "--lr", "1e-4")));

    for (Ended ended : DistributedRuns.end(running)) {
      assertThat(ended.code()).as(ended.said()).isEqualTo(1);
      assertThat(ended.said()).contains("--lr is 1.0E-4, but rank 0 has 0.01");
    }
    assertThat(together.runs().log("flags", "out.log")).doesNotExist();
  }

  @Test
  @Tag("full")
  void processesThatWouldNotMeetToMeasureOrToSaveAreRefused() throws Exception {
    int port = DistributedRuns.freePort();
    List<Running> running = new ArrayList<>();
    for (int rank = 0; rank < 2; rank++) {
      running.add(
          together.start(
              DistributedRuns.variables(rank, 2, port),
              together.arguments(
                  "meeting", "--epochs", "1", "--save-frequency", rank == 0 ? "1" : "2")));
    }
    for (Ended ended : DistributedRuns.end(running)) {
      assertThat(ended.code()).as(ended.said()).isEqualTo(1);
      assertThat(ended.said()).contains("--save-frequency is 2, but rank 0 has 1");
    }
  }

  @Test
  @Tag("full")
  void processesWithOtherDataAreRefusedBeforeTheyTrain() throws Exception {
    Path copy = Files.createDirectories(folder.resolve("other")).resolve("pictures.csv");
    List<String> lines = Files.readAllLines(together.runs().table());
    Files.write(copy, lines.subList(0, lines.size() - 1));
    Path same = Files.createDirectories(folder.resolve("same")).resolve("pictures.csv");
    Files.write(same, lines);
    int port = DistributedRuns.freePort();
    List<Running> running = new ArrayList<>();
    for (int rank = 0; rank < 2; rank++) {
      List<String> arguments = new ArrayList<>(together.arguments("data", "--epochs", "1"));
      Path data = Files.createDirectories(folder.resolve("rank" + rank)).resolve("pictures.csv");
      Files.copy(rank == 0 ? same : copy, data);
      arguments.set(arguments.indexOf("--train-data") + 1, "pictures.csv");
      running.add(
          together.start(DistributedRuns.variables(rank, 2, port), data.getParent(), arguments));
    }

    for (Ended ended : DistributedRuns.end(running)) {
      assertThat(ended.code()).as(ended.said()).isEqualTo(1);
      assertThat(ended.said()).contains("the training data is 31 samples", "32 samples");
    }
  }

  @Test
  @Tag("full")
  void whoeverIsMissingOrTooManyIsNamed() throws Exception {
    int port = DistributedRuns.freePort();
    String[] patient = {"--epochs", "1", "--dist-timeout", "5"};
    Ended alone =
        together
            .start(DistributedRuns.variables(0, 2, port), together.arguments("alone", patient))
            .end();
    assertThat(alone.code()).isEqualTo(1);
    assertThat(alone.said()).contains("ranks [1] of 2 did not connect", "within 5 s");

    Ended unanswered =
        together
            .start(
                DistributedRuns.variables(1, 2, DistributedRuns.freePort()),
                together.arguments("unanswered", patient))
            .end();
    assertThat(unanswered.code()).isEqualTo(1);
    assertThat(unanswered.said()).contains("rank 0 at 127.0.0.1:", "did not respond to rank 1");

    int other = DistributedRuns.freePort();
    List<Running> twins = new ArrayList<>();
    for (int rank : new int[] {0, 1, 1}) {
      twins.add(
          together.start(
              DistributedRuns.variables(rank, 3, other),
              together.arguments("twins", "--epochs", "1")));
    }
    for (Ended ended : DistributedRuns.end(twins)) {
      assertThat(ended.code()).as(ended.said()).isEqualTo(1);
      assertThat(ended.said()).contains("two processes have rank 1");
    }
  }

  @Test
  @Tag("full")
  void aTakenPortAndAnUnknownHostAreSaid() throws Exception {
    try (ServerSocket taken = new ServerSocket(0)) {
      Ended ended =
          together
              .start(
                  DistributedRuns.variables(0, 2, taken.getLocalPort()),
                  together.arguments("taken", "--epochs", "1"))
              .end();
      assertThat(ended.code()).isEqualTo(1);
      assertThat(ended.said())
          .contains("port " + taken.getLocalPort() + ", on which rank 0 listens");
    }
    Map<String, String> variables = new HashMap<>(DistributedRuns.variables(1, 2, 29500));
    variables.put("MASTER_ADDR", "no-such-host.invalid");
    Ended ended = together.start(variables, together.arguments("unknown", "--epochs", "1")).end();
    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.said()).contains("'no-such-host.invalid', cannot be resolved");
  }

  @Test
  @Tag("full")
  void aFailingProcessIsNamedByTheOthers() throws Exception {
    int port = DistributedRuns.freePort();
    List<Running> running = new ArrayList<>();
    for (int rank = 0; rank < 2; rank++) {
      running.add(
          together.start(
              DistributedRuns.variables(rank, 2, port),
              together.arguments("diverging", "--epochs", "3", "--lr", "1e30", "--warmup", "0")));
    }
    for (Ended ended : DistributedRuns.end(running)) {
      assertThat(ended.code()).as(ended.said()).isEqualTo(1);
      assertThat(ended.said()).contains("the loss of step ");
    }
  }

  @Test
  void wrongVariablesAndBackendsAreSaidAtOnce() {
    assertWrong(Map.of("RANK", "1"), "WORLD_SIZE is not set");
    assertWrong(Map.of("WORLD_SIZE", "8"), "WORLD_SIZE is 8", "set RANK, from 0 to 7");
    Map<String, String> two =
        Map.of("WORLD_SIZE", "2", "RANK", "0", "MASTER_ADDR", "127.0.0.1", "MASTER_PORT", "1");
    assertWrong(two, new String[] {"--backend", "onnx"}, "--backend onnx cannot train");
    assertWrong(two, new String[] {"--batch-size", "17"}, "17 for each of 2 processes");
    assertWrong(two, new String[] {"--grad-reduce", "fp8"}, "not fp32 or bf16");
    assertWrong(two, new String[] {"--loss-dist-impl", "ring"}, "bidir, shift, reduce, gather");
  }

  @Test
  void severalProcessesDoNotFinetune() {
    Map<String, String> two = Map.of("WORLD_SIZE", "2", "RANK", "0", "MASTER_ADDR", "127.0.0.1");
    Map<String, String> set = new HashMap<>(two);
    set.put("MASTER_PORT", "1");
    set.forEach(System::setProperty);
    try {
      ColourRuns.Run run =
          ColourRuns.Run.of("finetune", "--train-folder", folder.toString(), "-o", "out");
      assertThat(run.code()).as(run.err()).isEqualTo(2);
      assertThat(run.err()).contains("finetune trains in one process", "2 processes");
    } finally {
      set.keySet().forEach(System::clearProperty);
    }
  }

  private static void assertWrong(Map<String, String> variables, String... messages) {
    assertWrong(variables, new String[0], messages);
  }

  private static void assertWrong(
      Map<String, String> variables, String[] flags, String... messages) {
    variables.forEach(System::setProperty);
    try {
      ColourRuns.Run run = together.runs().train("wrong", flags);
      assertThat(run.code()).as(run.err()).isEqualTo(2);
      assertThat(run.err()).contains(messages);
    } finally {
      variables.keySet().forEach(System::clearProperty);
    }
  }
}

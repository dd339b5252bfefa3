package org.openclip.train.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.openclip.api.OpenClipException;

/** Processes that meet and watch each other, each a thread here. */
class PartyTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Map<String, String> SAME = Map.of("--lr", "1e-3");

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0)) {
      return free.getLocalPort();
    }
  }

  private static Placement place(int rank, int size, int port) {
    return new Placement(rank, rank, size, "127.0.0.1", port);
  }

  private static CompletableFuture<Party> join(
      Placement place, Map<String, String> facts, Duration timeout) {
    return run(() -> Party.join(place, facts, timeout, line -> {}));
  }

  private static <T> CompletableFuture<T> run(Callable<T> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                result.complete(work.call());
              } catch (Exception e) {
                result.completeExceptionally(e);
              }
            });
    return result;
  }

  private static List<Party> all(int size) throws Exception {
    int port = freePort();
    List<CompletableFuture<Party>> joining = new ArrayList<>();
    for (int rank = size - 1; rank >= 0; rank--) {
      joining.add(0, join(place(rank, size, port), SAME, LONG));
    }
    List<Party> parties = new ArrayList<>();
    for (CompletableFuture<Party> each : joining) {
      parties.add(each.get(1, TimeUnit.MINUTES));
    }
    return parties;
  }

  private static void assertRefused(CompletableFuture<?> joining, String... messages) {
    assertThatThrownBy(() -> joining.get(1, TimeUnit.MINUTES))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(OpenClipException.class)
        .message()
        .contains(messages);
  }

  @Test
  void allLearnEachOthersAddressesAndWhatTheFirstDecides() throws Exception {
    List<Party> parties = all(3);

    assertThat(parties.get(1).world().addresses())
        .hasSize(3)
        .doesNotHaveDuplicates()
        .allMatch(address -> address.startsWith("127.0.0.1:"))
        .isEqualTo(parties.get(0).world().addresses());
    assertThat(parties.get(2).world().rank()).isEqualTo(2);
    List<CompletableFuture<Map<String, String>>> told = new ArrayList<>();
    for (Party party : parties) {
      told.add(run(() -> party.told(Map.of("by", "" + party.world().rank()))));
    }
    for (CompletableFuture<Map<String, String>> each : told) {
      assertThat(each.get(1, TimeUnit.MINUTES)).containsEntry("by", "0");
    }
    List<CompletableFuture<Boolean>> closed = new ArrayList<>();
    for (Party party : parties) {
      closed.add(
          run(
              () -> {
                party.close();
                return party.failure().isEmpty();
              }));
    }
    for (CompletableFuture<Boolean> each : closed) {
      assertThat(each.get(1, TimeUnit.MINUTES)).isTrue();
    }
  }

  @Test
  void differencesAreNamedAtTheStart() throws Exception {
    int port = freePort();
    var first = join(place(0, 2, port), SAME, LONG);
    var second = join(place(1, 2, port), Map.of("--lr", "1e-4", "--wd", "0"), LONG);

    assertRefused(
        first,
        "rank 1 on ",
        "--lr is 1e-4, but rank 0 has 1e-3",
        "--wd is 0, but rank 0 has (default)");
    assertRefused(second, "--lr is 1e-4");
  }

  @Test
  void differencesAreNamedLater() throws Exception {
    List<Party> parties = all(2);
    var first = run(() -> parties.get(0).told(Map.of()));
    var second = run(() -> parties.get(1).told(Map.of()));
    first.get(1, TimeUnit.MINUTES);
    second.get(1, TimeUnit.MINUTES);

    var one = run(() -> agreed(parties.get(0), "a"));
    var other = run(() -> agreed(parties.get(1), "b"));

    assertRefused(one, "the weights is b, but rank 0 has a");
    assertRefused(other, "the weights is b, but rank 0 has a");
  }

  private static boolean agreed(Party party, String weights) {
    party.agree(Map.of("the weights", weights));
    return true;
  }

  @Test
  void twoOfOneNumberAndOtherNumbersOfProcessesAreRefused() throws Exception {
    int port = freePort();
    var first = join(place(0, 3, port), SAME, LONG);
    var second = join(place(1, 3, port), SAME, LONG);
    Thread.sleep(300);
    var third = join(place(1, 3, port), SAME, LONG);
    assertRefused(first, "two processes have rank 1", "RANK of its own");
    assertRefused(second, "two processes have rank 1");
    assertRefused(third, "two processes have rank 1");

    int next = freePort();
    var two = join(place(0, 2, next), SAME, LONG);
    var three = join(place(1, 3, next), SAME, LONG);
    assertRefused(two, "has a world size of 3, but rank 0 has a world size of 2");
    assertRefused(three, "has a world size of 3");
  }

  @Test
  void whoConnectsAfterARefusalIsToldOfIt() throws Exception {
    int port = freePort();
    String refusal = "has a world size of 3, but rank 0 has a world size of 2";
    Master master = Master.open(place(0, 2, port), LONG);
    try (Line early = greeted(place(1, 3, port))) {
      assertThat(early.receive()).extractingByKey("failed").asString().contains(refusal);
      try (Line late = greeted(place(0, 2, port))) {
        assertThat(late.receive()).extractingByKey("failed").asString().contains(refusal);
      }
    } finally {
      master.close();
    }
  }

  private static Line greeted(Placement place) throws IOException {
    Line line = Meeting.connect(place, Duration.ofSeconds(5), text -> {});
    line.send(Meeting.hello(place, SAME, line.socket().getLocalAddress()));
    return line;
  }

  @Test
  void whoDoesNotComeIsNamed() throws Exception {
    int port = freePort();
    Duration second = Duration.ofSeconds(1);
    var first = join(place(0, 3, port), SAME, second);
    var other = join(place(2, 3, port), SAME, second);

    assertRefused(first, "ranks [1] of 3 did not connect", "within 1 s", "rank 2 on ");
    assertRefused(other, "ranks [1] of 3 did not connect");
    assertRefused(
        join(place(1, 2, freePort()), SAME, second),
        "rank 0 at 127.0.0.1:",
        "did not respond to rank 1 within 1 s");
  }

  @Test
  void aNameThatDoesNotResolveAndATakenPortAreSaid() throws Exception {
    assertRefused(
        join(new Placement(1, 1, 2, "no-such-host.invalid", 29500), SAME, LONG),
        "'no-such-host.invalid', cannot be resolved");
    try (ServerSocket taken = new ServerSocket(0)) {
      assertRefused(
          join(place(0, 2, taken.getLocalPort()), SAME, LONG),
          "port " + taken.getLocalPort(),
          "is in use; choose another MASTER_PORT");
    }
  }

  @Test
  void strangersDoNotDisturb() throws Exception {
    int port = freePort();
    var first = join(place(0, 2, port), SAME, LONG);
    Thread.sleep(200);
    try (Socket stranger = new Socket(InetAddress.getLoopbackAddress(), port)) {
      stranger.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.UTF_8));
      stranger.getOutputStream().flush();
      var second = join(place(1, 2, port), SAME, LONG);
      assertThat(first.get(1, TimeUnit.MINUTES).world().size()).isEqualTo(2);
      assertThat(second.get(1, TimeUnit.MINUTES).world().size()).isEqualTo(2);
    }
  }

  @Test
  void theFailureOfOneIsToldToAllWithItsRankAndHost() throws Exception {
    List<Party> parties = all(3);
    CompletableFuture<String> told = new CompletableFuture<>();
    parties.get(0).onFailure(told::complete);

    RuntimeException own = new OpenClipException("the disk is full");
    assertThat(parties.get(2).explained(own)).isSameAs(own);

    assertThat(told.get(10, TimeUnit.SECONDS))
        .startsWith("rank 2 on ")
        .contains("failed: the disk is full");
    while (parties.get(1).failure().isEmpty()) {
      Thread.sleep(10);
    }
    assertThat(parties.get(1).explained(new OpenClipException("collective aborted")))
        .hasMessageContaining("rank 2 on ")
        .hasMessageContaining("the disk is full");
  }
}

package org.openclip.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openclip.api.backend.World;

/** Processes that make one run after the other together, each run by as many as it has. */
final class GoldenRanks {
  private static final Duration LONGEST = Duration.ofMinutes(5);

  private final List<Process> ranks = new ArrayList<>();
  private int made;
  private final List<Writer> orders = new ArrayList<>();

  void close() throws InterruptedException {
    for (Process rank : ranks) {
      rank.destroyForcibly().waitFor();
    }
  }

  /** Lets as many processes as the run has make its steps. */
  List<Map<String, Object>> make(GoldenRun run, Path folder)
      throws IOException, InterruptedException {
    while (ranks.size() < run.world()) {
      start();
    }
    List<String> addresses = freeAddresses(run.world());
    made++;
    List<Path> results = new ArrayList<>();
    for (int rank = 0; rank < run.world(); rank++) {
      Path result =
          folder.resolve(String.format(Locale.ROOT, "%s-%d-%d.json", run.name(), made, rank));
      World world = new World(rank, addresses, Duration.ofMinutes(4));
      orders.get(rank).write(new GoldenRank.Order(run.file(), world, result).line() + "\n");
      orders.get(rank).flush();
      results.add(result);
    }
    long end = System.nanoTime() + LONGEST.toNanos();
    List<Map<String, Object>> found = new ArrayList<>();
    for (Path result : results) {
      while (!Files.exists(result)) {
        assertThat(System.nanoTime()).as("no result within %s", LONGEST).isLessThan(end);
        assertThat(ranks.get(found.size()).isAlive()).as("rank %d", found.size()).isTrue();
        Thread.sleep(20);
      }
      found.add(JSON.std.mapFrom(Files.readAllBytes(result)));
    }
    return found;
  }

  /** Returns addresses that nobody listens at, all different: each is held until all are known. */
  private static List<String> freeAddresses(int count) throws IOException {
    List<String> addresses = new ArrayList<>();
    List<ServerSocket> held = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
        addresses.add("127.0.0.1:" + held.get(i).getLocalPort());
      }
    } finally {
      for (ServerSocket socket : held) {
        socket.close();
      }
    }
    return addresses;
  }

  private void start() {
    try {
      Process rank = JavaProcess.of(GoldenRank.class).start();
      ranks.add(rank);
      orders.add(rank.outputWriter(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

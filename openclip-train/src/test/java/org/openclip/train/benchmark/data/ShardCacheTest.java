package org.openclip.train.benchmark.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.hub.remote.RemoteFiles;

/** Copies of shards in a folder that processes share. */
class ShardCacheTest {
  private final byte[] shard = new byte[300_000];

  @TempDir Path folder;

  /** The first answer stops in its middle until somebody else has copied the whole shard. */
  @Test
  void oneCopyMayBeMadeWhileAnotherIs() throws IOException {
    Arrays.fill(shard, (byte) 7);
    ShardCache cache = new ShardCache(folder);
    AtomicInteger asked = new AtomicInteger();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newCachedThreadPool());
    String location = "http://127.0.0.1:" + server.getAddress().getPort() + "/0.tar";
    server.createContext("/", exchange -> answer(exchange, asked, cache, location));
    server.start();
    try {
      Path copy = Path.of(cache.local(location, new RemoteFiles()));

      assertThat(asked).hasValueGreaterThan(1);
      assertThat(Files.readAllBytes(copy)).isEqualTo(shard);
      try (Stream<Path> files = Files.walk(folder)) {
        assertThat(files.filter(Files::isRegularFile)).containsExactly(copy);
      }
    } finally {
      server.stop(0);
    }
  }

  private void answer(HttpExchange exchange, AtomicInteger asked, ShardCache cache, String location)
      throws IOException {
    boolean first = asked.getAndIncrement() == 0;
    exchange.sendResponseHeaders(200, shard.length);
    exchange.getResponseBody().write(shard, 0, shard.length / 2);
    exchange.getResponseBody().flush();
    if (first) {
      cache.local(location, new RemoteFiles());
    }
    exchange.getResponseBody().write(shard, shard.length / 2, shard.length - shard.length / 2);
    exchange.close();
  }
}

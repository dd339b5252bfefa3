package org.openclip.server.http;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.task.InterruptableTask;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The connections of a server that is not to lose a request when it ends. Helidon gives up those
 * whose request it has not begun to read; here they are left alone until nothing has come for a
 * while.
 */
public final class Connections implements ServerConnectionSelector {
  private final ServerConnectionSelector http1;
  private final Set<Courteous> all = ConcurrentHashMap.newKeySet();

  /** Creates a set without connections. */
  public Connections() {
    http1 = Http1ConnectionSelector.builder().config(Http1Config.create()).build();
  }

  @Override
  public int bytesToIdentifyConnection() {
    return http1.bytesToIdentifyConnection();
  }

  @Override
  public Support supports(BufferData data) {
    return http1.supports(data);
  }

  @Override
  public Set<String> supportedApplicationProtocols() {
    return http1.supportedApplicationProtocols();
  }

  @Override
  public ServerConnection connection(ConnectionContext context) {
    Courteous connection = new Courteous(http1.connection(context));
    all.add(connection);
    return connection;
  }

  /** Closes those from which nothing has come for a time, while they wait for a request. */
  public void closeIdle(Duration time) {
    all.forEach(connection -> connection.closeIfIdle(time));
  }

  private final class Courteous implements ServerConnection {
    private final ServerConnection connection;

    Courteous(ServerConnection connection) {
      this.connection = connection;
    }

    @Override
    public void handle(Limit limit) throws InterruptedException {
      try {
        connection.handle(limit);
      } finally {
        all.remove(this);
      }
    }

    @Override
    public Duration idleTime() {
      return connection.idleTime();
    }

    /** Leaves the connection open for the request that may be on its way. */
    @Override
    public void close(boolean interrupt) {
      if (interrupt) {
        connection.close(true);
      }
    }

    void closeIfIdle(Duration time) {
      boolean waits = !(connection instanceof InterruptableTask<?> task) || task.canInterrupt();
      if (waits && connection.idleTime().compareTo(time) > 0) {
        connection.close(true);
      }
    }
  }
}

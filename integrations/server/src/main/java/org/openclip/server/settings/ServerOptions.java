package org.openclip.server.settings;

import java.time.Duration;
import java.util.List;
import org.openclip.api.InvalidInputException;

/**
 * Where a server listens, and the bounds within which it answers.
 *
 * @param host the name or address of the interface; 127.0.0.1 serves this machine alone
 * @param port 0 for any that is free
 * @param apiKeys one of which a caller must send; none when the list is empty
 * @param serverNames the names by which callers of this machine may call it besides {@code
 *     localhost} and addresses; any other is refused there, for a web page of that name could be
 *     the caller
 * @param pictureHosts {@code HOST} or {@code HOST:PORT} of which pictures are fetched by URL; none
 *     when the list is empty
 * @param maxBody the bytes of a request at most
 * @param maxBodies the bytes of all requests that are being answered at most
 * @param maxInputs the pictures and texts of a request at most
 * @param timeLimit how long the answer to a request may take, without the loading of its model
 * @param drain how long a server that closes waits for its last answers
 * @param maxConnections how many connections may be open
 */
public record ServerOptions(
    String host,
    int port,
    List<String> apiKeys,
    List<String> serverNames,
    List<String> pictureHosts,
    int maxBody,
    long maxBodies,
    int maxInputs,
    Duration timeLimit,
    Duration drain,
    int maxConnections) {
  private static final int MOST_PORT = 65_535;

  /** Checks the bounds. */
  public ServerOptions {
    apiKeys = List.copyOf(apiKeys);
    serverNames = List.copyOf(serverNames);
    pictureHosts = List.copyOf(pictureHosts);
    check("port", port, 0, MOST_PORT);
    check("the maximum size of a request in bytes", maxBody, 1, 1 << 30);
    check("the maximum size of all requests in bytes", maxBodies, maxBody, Long.MAX_VALUE);
    check("the maximum number of pictures and texts in a request", maxInputs, 1, 4096);
    check("the maximum number of connections", maxConnections, 1, 1 << 20);
    check("the time limit in seconds", timeLimit.toSeconds(), 1, 86_400);
    check("the shutdown time in seconds", drain.toSeconds(), 0, 86_400);
    for (String key : apiKeys) {
      if (key.isBlank() || !key.strip().equals(key)) {
        throw new InvalidInputException(
            "an API key is empty or has spaces around it; write one key on each line");
      }
    }
  }

  private static void check(String what, long value, long least, long most) {
    if (value < least || value > most) {
      throw new InvalidInputException(
          "%s is %s, but must be from %s to %s".formatted(what, value, least, most));
    }
  }

  /**
   * Returns the usual bounds: port 8080 of this machine alone, no keys, no pictures by URL,
   * requests of 32 MiB and 256 pictures and texts, 30 seconds.
   */
  public static Builder builder() {
    return new Builder();
  }

  /** Options in the making; each method returns this builder. */
  public static final class Builder {
    private String host = "127.0.0.1";
    private int port = 8080;
    private List<String> apiKeys = List.of();
    private List<String> serverNames = List.of();
    private List<String> pictureHosts = List.of();
    private int maxBody = 32 << 20;
    private long maxBodies;
    private int maxInputs = 256;
    private Duration timeLimit = Duration.ofSeconds(30);
    private Duration drain = Duration.ofSeconds(20);
    private int maxConnections = 1024;

    private Builder() {}

    /** Chooses the interface. */
    public Builder host(String name) {
      host = name;
      return this;
    }

    /** Chooses the port; 0 for any that is free. */
    public Builder port(int number) {
      port = number;
      return this;
    }

    /** Chooses the keys of which a caller must send one. */
    public Builder apiKeys(List<String> keys) {
      apiKeys = keys;
      return this;
    }

    /** Chooses further names by which callers of this machine may call the server. */
    public Builder serverNames(List<String> names) {
      serverNames = names;
      return this;
    }

    /** Chooses the hosts of which pictures are fetched by URL. */
    public Builder pictureHosts(List<String> hosts) {
      pictureHosts = hosts;
      return this;
    }

    /** Chooses the maximum size of a request in bytes. */
    public Builder maxBody(int bytes) {
      maxBody = bytes;
      return this;
    }

    /**
     * Chooses the maximum size of all requests in bytes; an eighth of the heap unless told
     * otherwise.
     */
    public Builder maxBodies(long bytes) {
      maxBodies = bytes;
      return this;
    }

    /** Chooses the maximum number of pictures and texts in a request. */
    public Builder maxInputs(int count) {
      maxInputs = count;
      return this;
    }

    /** Chooses how long an answer may take. */
    public Builder timeLimit(Duration limit) {
      timeLimit = limit;
      return this;
    }

    /** Chooses how long a server that closes waits for its last answers. */
    public Builder drain(Duration limit) {
      drain = limit;
      return this;
    }

    /** Chooses how many connections may be open. */
    public Builder maxConnections(int count) {
      maxConnections = count;
      return this;
    }

    /** Returns the options. */
    public ServerOptions build() {
      long all = maxBodies > 0 ? maxBodies : Runtime.getRuntime().maxMemory() / 8;
      return new ServerOptions(
          host,
          port,
          apiKeys,
          serverNames,
          pictureHosts,
          maxBody,
          Math.max(all, maxBody),
          maxInputs,
          timeLimit,
          drain,
          maxConnections);
    }
  }
}

package org.openclip.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * An S3 server on this machine, in a process of its own, that keeps its objects in memory: s3proxy,
 * whose jars are on the class path of tests with the tag {@code s3}.
 */
public final class S3Server implements AutoCloseable {
  private final Process process;
  private final URI endpoint;

  private S3Server(Process process, URI endpoint) {
    this.process = process;
    this.endpoint = endpoint;
  }

  /**
   * Starts a server with one bucket.
   *
   * @param folder for its settings and its log
   */
  public static S3Server start(Path folder, String bucket)
      throws IOException, InterruptedException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    URI endpoint = URI.create("http://127.0.0.1:" + port);
    Path settings =
        Files.writeString(
            folder.resolve("s3.properties"),
            """
            s3proxy.authorization=none
            s3proxy.endpoint=%s
            jclouds.provider=transient-nio2
            """
                .formatted(endpoint));
    Path quiet =
        Files.writeString(
            folder.resolve("logback.xml"), "<configuration><root level=\"WARN\"/></configuration>");
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "-Xmx256m",
                    "-Dlogback.configurationFile=" + quiet,
                    "-cp",
                    System.getProperty("java.class.path"),
                    "org.gaul.s3proxy.Main",
                    "--properties",
                    settings.toString()))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("s3.log").toFile())
            .start();
    S3Server server = new S3Server(process, endpoint);
    server.await(folder);
    HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(endpoint.resolve("/" + bucket))
                .PUT(BodyPublishers.noBody())
                .build(),
            BodyHandlers.discarding());
    return server;
  }

  private void await(Path folder) throws IOException, InterruptedException {
    for (int tries = 0; tries < 600; tries++) {
      try (Socket socket = new Socket()) {
        socket.connect(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), endpoint.getPort()), 1000);
        return;
      } catch (IOException e) {
        if (!process.isAlive()) {
          break;
        }
        Thread.sleep(100);
      }
    }
    close();
    throw new IOException("no S3 server: " + Files.readString(folder.resolve("s3.log")));
  }

  /** Returns where it answers. */
  public URI endpoint() {
    return endpoint;
  }

  /** Returns the system properties by which the file system {@code s3:} finds it. */
  public Map<String, String> settings() {
    return Map.of(
        "aws.endpointUrlS3", endpoint.toString(),
        "aws.region", "us-east-1",
        "aws.accessKeyId", "key",
        "aws.secretAccessKey", "secret",
        "s3.spi.endpoint-protocol", "http");
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}

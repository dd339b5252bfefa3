package org.openclip.train.distributed;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidFileException;
import org.openclip.hub.io.JsonObjects;

/** A connection between a process and the first one, over which short messages go. */
final class Line implements AutoCloseable {
  private static final int LONGEST = 1 << 20;

  private final Socket socket;
  private final BufferedReader in;
  private final OutputStream out;

  Line(Socket socket) throws IOException {
    this.socket = socket;
    socket.setTcpNoDelay(true);
    this.in =
        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    this.out = socket.getOutputStream();
  }

  Socket socket() {
    return socket;
  }

  /** Sends a message; several threads may. */
  synchronized void send(Map<String, ?> message) throws IOException {
    out.write((JsonObjects.writeCompact(message) + "\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  /** Sends a message, unless there is nobody any more. */
  void trySend(Map<String, ?> message) {
    try {
      send(message);
    } catch (IOException e) {
      System.getLogger(Line.class.getName()).log(System.Logger.Level.DEBUG, "nobody listens", e);
    }
  }

  /**
   * Waits for a message; null when the other side has closed.
   *
   * @throws IOException when nothing comes within the socket's timeout, or no message
   */
  @Nullable Map<String, Object> receive() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        return null;
      }
      if (text.length() >= LONGEST) {
        throw new IOException("the received data are not a message of a training process");
      }
      text.append((char) c);
    }
    try {
      return JsonObjects.parse("a message", 0, text.toString().getBytes(StandardCharsets.UTF_8));
    } catch (InvalidFileException e) {
      throw new IOException("the received data are not a message of a training process", e);
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      System.getLogger(Line.class.getName()).log(System.Logger.Level.DEBUG, "closing", e);
    }
  }
}

package org.openclip.train.shard;

import java.io.FilterInputStream;
import java.io.IOException;

/** The output of a process. */
final class CommandOutput extends FilterInputStream {
  private final String command;
  private final Process process;

  CommandOutput(String command, Process process) {
    super(process.getInputStream());
    this.command = command;
    this.process = process;
  }

  @Override
  public int read() throws IOException {
    int value = super.read();
    return value < 0 ? ended(value) : value;
  }

  @Override
  public int read(byte[] bytes, int from, int count) throws IOException {
    int read = super.read(bytes, from, count);
    return read < 0 ? ended(read) : read;
  }

  private int ended(int value) throws IOException {
    try {
      int code = process.waitFor();
      if (code != 0) {
        throw new IOException("'" + command + "' ended with exit code " + code);
      }
      return value;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for '" + command + "'", e);
    }
  }

  @Override
  public void close() throws IOException {
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    super.close();
  }
}

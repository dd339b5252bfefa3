package org.openclip.hub.cli.result;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.hub.cli.PictureArguments;
import org.openclip.hub.cli.terminal.BrokenPipeException;
import org.openclip.hub.io.AtomicFile;
import picocli.CommandLine.Option;

/** The options of the output file and format of result rows. */
public final class ResultOptions {
  private static final int BUFFER = 1 << 16;

  @Option(
      names = {"-f", "--format"},
      paramLabel = "FORMAT",
      description =
          "table, json, jsonl (one object per line), csv or tsv. Default: by the file name"
              + " extension of --output, otherwise table.")
  private @Nullable ResultFormat format;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description =
          "The file to write; an incomplete file is never left. Default: the standard output.")
  private @Nullable String output;

  /** Creates the options as they are when none is given. */
  public ResultOptions() {}

  /** Returns the form that was chosen, by name or by the file's ending. */
  public ResultFormat format() {
    ResultFormat chosen = format;
    if (chosen != null) {
      return chosen;
    }
    String file = output == null ? "" : output.toLowerCase(Locale.ROOT);
    for (ResultFormat each : ResultFormat.values()) {
      if (file.endsWith("." + each)) {
        return each;
      }
    }
    return ResultFormat.TABLE;
  }

  /** Hands the place over to which results are written; a file appears when all is written. */
  public void write(Environment environment, Consumer<PrintStream> work) {
    String file = output;
    if (file == null) {
      work.accept(environment.out());
      return;
    }
    AtomicFile.write(
        PictureArguments.path(file),
        channel -> {
          Kept kept = new Kept(Channels.newOutputStream(channel));
          try (PrintStream stream =
              new PrintStream(
                  new BufferedOutputStream(kept, BUFFER), false, StandardCharsets.UTF_8)) {
            work.accept(stream);
            stream.flush();
          } catch (BrokenPipeException e) {
            // Of a file that cannot be written; the failure follows.
          }
          kept.check();
        });
  }

  /** Keeps the failure that a print stream swallows; the channel stays open for its owner. */
  private static final class Kept extends OutputStream {
    private final OutputStream out;
    private @Nullable IOException failure;

    Kept(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
      try {
        out.write(bytes, from, count);
      } catch (IOException e) {
        failure = failure == null ? e : failure;
        throw e;
      }
    }

    void check() throws IOException {
      if (failure != null) {
        throw failure;
      }
    }
  }
}

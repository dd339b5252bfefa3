package org.openclip.train.distributed;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.openclip.api.OpenClipException;

/** The command line of this process, to start further processes with it. */
public final class OwnCommand {
  private static final Path WHOLE = Path.of("/proc/self/cmdline");

  private OwnCommand() {}

  /**
   * Returns the command line up to the program's own arguments.
   *
   * @param arguments how many these are
   */
  public static List<String> before(int arguments) {
    List<String> all = all();
    if (all.size() <= arguments) {
      throw new OpenClipException(
          "the command line of this process is not available, so launch cannot start it again");
    }
    return List.copyOf(all.subList(0, all.size() - arguments));
  }

  private static List<String> all() {
    try {
      if (Files.isReadable(WHOLE)) {
        String text = Files.readString(WHOLE, Charset.defaultCharset());
        return List.of(text.substring(0, text.length() - 1).split("\0", -1));
      }
    } catch (IOException e) {
      System.getLogger(OwnCommand.class.getName()).log(System.Logger.Level.DEBUG, "no " + WHOLE, e);
    }
    ProcessHandle.Info info = ProcessHandle.current().info();
    return java.util.stream.Stream.concat(
            info.command().stream(), info.arguments().stream().flatMap(java.util.Arrays::stream))
        .toList();
  }
}

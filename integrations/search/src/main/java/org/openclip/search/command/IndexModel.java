package org.openclip.search.command;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.openclip.api.spi.CommandProvider;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.hub.cli.Arguments;
import org.openclip.hub.cli.terminal.Printable;
import org.openclip.search.PictureIndex;

/**
 * What commands on an index share: the model is the one that the index was made with, unless the
 * user chooses one.
 */
final class IndexModel {
  private IndexModel() {}

  /** A call of a command on an index. */
  abstract static class Call implements Arguments.Call {
    private List<String> chosenBefore = List.of();
    private boolean again;

    /** Returns the options of the index and the model. */
    abstract IndexOptions options();

    /** Runs with the open index; returns the exit code. */
    abstract int run(PictureIndex open, Environment environment);

    @Override
    public int run(Environment environment) {
      try (PictureIndex open = PictureIndex.open(options().index())) {
        if (!again && options().model().chosen().isEmpty() && !open.facts().options().isEmpty()) {
          chosenBefore = open.facts().options();
          return 0;
        }
        if (open.lost() > 0) {
          environment
              .err()
              .println(
                  Printable.line(
                      "openclip: warning: %s is damaged: %s of its pictures cannot be searched; 'openclip index --repair' removes them, and the next update embeds them again"
                          .formatted(options().index(), open.lost())));
          environment.err().flush();
        }
        return run(open, environment);
      }
    }
  }

  /** Runs a command, with the options of the index's model before all others. */
  static int run(
      CommandProvider command,
      List<String> arguments,
      Environment environment,
      Supplier<Call> calls) {
    LuceneLog.quiet();
    Call call = calls.get();
    int code = Arguments.run(command, call, arguments, environment);
    if (call.chosenBefore.isEmpty()) {
      return code;
    }
    List<String> all = new ArrayList<>(call.chosenBefore);
    all.addAll(arguments);
    Call second = calls.get();
    second.again = true;
    return Arguments.run(command, second, all, environment);
  }
}

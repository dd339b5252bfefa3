package org.openclip.search.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.openclip.api.spi.CommandProvider;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.hub.cli.Arguments;
import org.openclip.hub.cli.ModelOptions;
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

    /** Returns how the user chose the model. */
    abstract ModelOptions model();

    /** Returns the index that the user named. */
    abstract Path index();

    /** Runs with the open index; returns the exit code. */
    abstract int run(PictureIndex open, Environment environment);

    @Override
    public int run(Environment environment) {
      try (PictureIndex open = PictureIndex.open(index())) {
        if (!again && model().chosen().isEmpty() && !open.facts().options().isEmpty()) {
          chosenBefore = open.facts().options();
          return 0;
        }
        if (open.lost() > 0) {
          environment
              .err()
              .println(
                  Printable.line(
                      "openclip: warning: %s is damaged: %s of its pictures cannot be searched; 'openclip index --repair' removes them, and the next update embeds them again"
                          .formatted(index(), open.lost())));
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

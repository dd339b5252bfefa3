package org.openclip.train.command;

import java.util.List;
import org.openclip.api.spi.CommandProvider;
import org.openclip.hub.cli.Arguments;

/** The command {@code launch}: starts the processes of a distributed training on this machine. */
public final class LaunchCommand implements CommandProvider {
  /** Creates the provider. */
  public LaunchCommand() {}

  @Override
  public String name() {
    return "launch";
  }

  @Override
  public String summary() {
    return "Starts the processes of a distributed training";
  }

  @Override
  public int run(List<String> arguments, Environment environment) {
    int end = arguments.indexOf("--");
    List<String> own = end < 0 ? arguments : arguments.subList(0, end);
    List<String> command = end < 0 ? List.of() : arguments.subList(end + 1, arguments.size());
    // The name of this command stands before its arguments.
    LaunchCall call = new LaunchCall(command, arguments.size() + 1);
    return Arguments.run(this, call, own, environment);
  }
}

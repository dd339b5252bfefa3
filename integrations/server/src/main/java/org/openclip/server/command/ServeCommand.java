package org.openclip.server.command;

import java.util.List;
import org.openclip.api.spi.CommandProvider;
import org.openclip.hub.cli.Arguments;

/** The command that serves models over HTTP. */
public final class ServeCommand implements CommandProvider {
  /** Creates the provider. */
  public ServeCommand() {}

  @Override
  public String name() {
    return "serve";
  }

  @Override
  public String summary() {
    return "Serves embeddings over HTTP, with the protocols of OpenAI's and Weaviate's clients";
  }

  @Override
  public int run(List<String> arguments, Environment environment) {
    return Arguments.run(this, new ServeCall(), arguments, environment);
  }
}

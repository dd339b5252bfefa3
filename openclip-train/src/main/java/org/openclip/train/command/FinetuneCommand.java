package org.openclip.train.command;

import java.util.List;
import org.openclip.api.spi.CommandProvider;
import org.openclip.hub.cli.Arguments;

/** The command that makes a classifier of a model by training on known classes. */
public final class FinetuneCommand implements CommandProvider {
  /** Creates the provider. */
  public FinetuneCommand() {}

  @Override
  public String name() {
    return "finetune";
  }

  @Override
  public String summary() {
    return "Fine-tunes a model on labelled pictures and mixes it with what it was (WiSE-FT)";
  }

  @Override
  public int run(List<String> arguments, Environment environment) {
    return Arguments.run(this, new FinetuneCall(GivenFlags.of(arguments)), arguments, environment);
  }
}

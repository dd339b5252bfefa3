package org.openclip.train.command;

import java.util.List;
import java.util.Set;
import org.openclip.api.spi.CommandProvider;
import org.openclip.hub.cli.Arguments;
import org.openclip.train.command.flag.FlagNames;
import org.openclip.train.command.flag.GivenFlags;

/** The command {@code finetune}: fine-tunes a model and a linear classifier on labelled images. */
public final class FinetuneCommand implements CommandProvider {
  /** Creates the provider. */
  public FinetuneCommand() {}

  @Override
  public String name() {
    return "finetune";
  }

  @Override
  public String summary() {
    return "Fine-tunes a classifier on labelled images (WiSE-FT)";
  }

  @Override
  public int run(List<String> arguments, Environment environment) {
    List<String> whole =
        FlagNames.whole(arguments, new FinetuneCall(GivenFlags.of(List.of())), Set.of());
    return Arguments.run(this, new FinetuneCall(GivenFlags.of(whole)), whole, environment);
  }
}

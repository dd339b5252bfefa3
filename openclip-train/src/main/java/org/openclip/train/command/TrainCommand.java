package org.openclip.train.command;

import java.util.List;
import org.openclip.api.spi.CommandProvider;
import org.openclip.hub.cli.Arguments;
import org.openclip.train.command.flag.FlagNames;
import org.openclip.train.command.flag.GivenFlags;
import org.openclip.train.command.flag.ReferenceFlags;

/** The command {@code train}: trains a model, with the reference's flags. */
public final class TrainCommand implements CommandProvider {
  /** Creates the provider. */
  public TrainCommand() {}

  @Override
  public String name() {
    return "train";
  }

  @Override
  public String summary() {
    return "Trains a model on images or sounds and captions";
  }

  @Override
  public int run(List<String> arguments, Environment environment) {
    TrainCall flags = new TrainCall(GivenFlags.of(List.of()), ReferenceFlags.sort(List.of()));
    ReferenceFlags.Sorted sorted =
        ReferenceFlags.sort(FlagNames.whole(arguments, flags, ReferenceFlags.names()));
    TrainCall call = new TrainCall(GivenFlags.of(sorted.kept()), sorted);
    // What is refused is said before what else may be wrong.
    List<String> read = sorted.error() == null ? sorted.kept() : List.of();
    return Arguments.run(this, call, read, environment);
  }
}

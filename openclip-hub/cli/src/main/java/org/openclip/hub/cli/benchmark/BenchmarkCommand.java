package org.openclip.hub.cli.benchmark;

import java.util.List;
import org.openclip.api.spi.CommandProvider;
import org.openclip.hub.cli.Arguments;

/** The command {@code benchmark}: measures the speed and memory of models on this machine. */
public final class BenchmarkCommand implements CommandProvider {
  /** Creates the provider. */
  public BenchmarkCommand() {}

  @Override
  public String name() {
    return "benchmark";
  }

  @Override
  public String summary() {
    return "Measures the speed and memory of models on this machine";
  }

  @Override
  public int run(List<String> arguments, Environment environment) {
    return Arguments.run(this, new BenchmarkCall(), arguments, environment);
  }
}

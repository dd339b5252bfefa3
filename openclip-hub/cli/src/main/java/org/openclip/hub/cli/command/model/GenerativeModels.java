package org.openclip.hub.cli.command.model;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openclip.api.encoder.GenerativeEncoder;
import org.openclip.api.model.GenerativeArchitecture;
import org.openclip.hub.cli.named.GenerativeFacts;
import org.openclip.hub.cli.terminal.Table;

/** The generative models in the list of {@code models}, below the others. */
final class GenerativeModels {
  private record Listed(String name, GenerativeArchitecture model) {}

  private final List<Listed> models = new ArrayList<>();

  /** Adds a model. */
  void add(String name, GenerativeArchitecture model) {
    models.add(new Listed(name, model));
  }

  boolean isEmpty() {
    return models.isEmpty();
  }

  /** Prints a table of its own. */
  void print(PrintStream out) {
    Table table = new Table();
    table.head(List.of("model", "total M", "reads", "patches", "tokens", "width"));
    for (Listed listed : models) {
      GenerativeEncoder encoder = listed.model().encoder();
      table.row(
          List.of(
              listed.name(),
              Table.millions(listed.model().parameterCount()),
              GenerativeFacts.reads(encoder),
              Integer.toString(encoder.prefix().most()),
              Integer.toString(encoder.contextLength()),
              Integer.toString(encoder.embedDim())));
    }
    table.print(out);
  }

  /** Returns the sizes of a model as JSON. */
  static Map<String, Object> json(GenerativeArchitecture model) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("parameters", model.parameterCount());
    object.put("reads", GenerativeFacts.reads(model.encoder()));
    object.put("patches", model.encoder().prefix().most());
    object.put("context_length", model.encoder().contextLength());
    object.put("embed_dim", model.encoder().embedDim());
    return object;
  }
}

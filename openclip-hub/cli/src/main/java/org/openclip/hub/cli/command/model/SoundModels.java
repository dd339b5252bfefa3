package org.openclip.hub.cli.command.model;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openclip.api.encoder.ClapSize;
import org.openclip.hub.cli.terminal.Table;

/** The models of sound and text in the list of {@code models}, below those of images. */
final class SoundModels {
  private record Listed(String name, ClapSize size, List<String> tags) {}

  private final List<Listed> models = new ArrayList<>();

  /** Adds a model. */
  void add(String name, ClapSize size, List<String> tags) {
    models.add(new Listed(name, size, tags));
  }

  boolean isEmpty() {
    return models.isEmpty();
  }

  /** Prints a table of its own. */
  void print(PrintStream out) {
    Table table = new Table();
    table.head(
        List.of(
            "model", "audio M", "text M", "total M", "audio G", "text G", "total G", "seconds",
            "Hz", "tokens", "width", "tags"));
    for (Listed model : models) {
      ClapSize size = model.size();
      table.row(
          List.of(
              model.name(),
              Table.millions(size.audioParameters()),
              Table.millions(size.textParameters()),
              Table.millions(size.parameters()),
              Table.billions(size.audioFlops()),
              Table.billions(size.textFlops()),
              Table.billions(size.audioFlops() + size.textFlops()),
              Table.decimals(size.seconds(), 1),
              Integer.toString(size.sampleRate()),
              Integer.toString(size.contextLength()),
              Integer.toString(size.embedDim()),
              Integer.toString(model.tags().size())));
    }
    table.print(out);
  }

  /** Returns the sizes of a model as JSON. */
  static Map<String, Object> json(ClapSize size) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("audio_parameters", size.audioParameters());
    object.put("text_parameters", size.textParameters());
    object.put("parameters", size.parameters());
    object.put("audio_flops", size.audioFlops());
    object.put("text_flops", size.textFlops());
    object.put("flops", size.audioFlops() + size.textFlops());
    object.put("sample_rate", size.sampleRate());
    object.put("clip_samples", size.samples());
    object.put("context_length", size.contextLength());
    object.put("embed_dim", size.embedDim());
    return object;
  }
}

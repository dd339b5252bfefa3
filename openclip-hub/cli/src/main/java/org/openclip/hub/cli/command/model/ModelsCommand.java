package org.openclip.hub.cli.command.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.UnknownNameException;
import org.openclip.api.encoder.ClapSize;
import org.openclip.api.encoder.ModelSize;
import org.openclip.api.model.GenerativeArchitecture;
import org.openclip.api.spi.CommandProvider;
import org.openclip.api.spi.ModelCatalogueProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.OpenClip;
import org.openclip.hub.audio.ClapBuilder;
import org.openclip.hub.audio.ClapModel;
import org.openclip.hub.cli.Arguments;
import org.openclip.hub.cli.Main;
import org.openclip.hub.cli.NamePatterns;
import org.openclip.hub.cli.result.JsonLines;
import org.openclip.hub.cli.result.ListFormat;
import org.openclip.hub.cli.terminal.BrokenPipeException;
import org.openclip.hub.cli.terminal.Table;
import org.openclip.hub.generative.GenerativeModel;
import org.openclip.hub.model.PretrainedTags;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code models}: lists the models of all plugins. */
public final class ModelsCommand implements CommandProvider {
  /** Creates the provider. */
  public ModelsCommand() {}

  @Override
  public String name() {
    return "models";
  }

  @Override
  public String summary() {
    return "Lists the models by name, with their sizes";
  }

  @Override
  public int run(List<String> arguments, Environment environment) {
    return Arguments.run(this, new Call(), arguments, environment);
  }

  /**
   * A line of the list; the sizes of all kinds are null when no plugin has its towers, and else all
   * but one of them.
   */
  private record Listed(
      String name,
      @Nullable ModelSize size,
      @Nullable ClapSize sound,
      @Nullable GenerativeArchitecture generative,
      List<String> tags,
      Optional<String> unproved,
      String problem) {
    static Listed of(
        String name, ModelCatalogueProvider catalogue, List<String> tags, PluginRegistry plugins) {
      Optional<String> unproved = catalogue.unproved(name);
      try {
        ModelSize size = catalogue.size(name).orElse(null);
        ClapBuilder sound = ClapModel.builder(name).plugins(plugins);
        if (size == null && sound.ofSound()) {
          return new Listed(name, null, sound.architecture().size(), null, tags, unproved, "");
        }
        GenerativeArchitecture generative =
            size == null
                ? GenerativeModel.builder(name).plugins(plugins).find().orElse(null)
                : null;
        if (generative != null) {
          return new Listed(name, null, null, generative, tags, unproved, "");
        }
        if (size == null) {
          size = OpenClip.model(name).plugins(plugins).architecture().size();
        }
        return new Listed(name, size, null, null, tags, unproved, "");
      } catch (InvalidConfigException | UnknownNameException e) {
        return new Listed(name, null, null, null, tags, unproved, String.valueOf(e.getMessage()));
      }
    }
  }

  @Command(
      customSynopsis = "openclip models [OPTION...] [PATTERN...]",
      sortOptions = false,
      footer = {
        "",
        "M: parameters in millions, without buffers. G: GFLOPs of one image and one text, two",
        "for each multiply-add of matrix products, convolutions and attention; HF text towers",
        "are counted at their maximum length. Models of sound and text (CLAP) have a table of",
        "their own, with the cost of one clip, and so have generative models (GenLIP, GenLAP).",
        "unproved: not compared with another implementation in full; --format json says what",
        "is not.",
        "'openclip pretrained' lists the tags.",
        "",
        "  openclip models quickgelu",
        "  openclip models \"ViT-?-16*\" --format json"
      })
  private static final class Call implements Arguments.Call {
    @Parameters(
        paramLabel = "PATTERN",
        description =
            "A part of the name, or a whole name with * and ?. Case is ignored. Several patterns"
                + " may be given.")
    private List<String> patterns = new ArrayList<>();

    @Option(
        names = {"-f", "--format"},
        paramLabel = "FORMAT",
        description = "table, json (one object per line for each model) or names. Default: table.")
    private ListFormat format = ListFormat.TABLE;

    @Override
    public int run(Environment environment) {
      Map<String, ModelCatalogueProvider> all = new LinkedHashMap<>();
      for (var catalogue : environment.plugins().all(ModelCatalogueProvider.class)) {
        catalogue.models().forEach(name -> all.putIfAbsent(name, catalogue));
      }
      List<String> names = all.keySet().stream().filter(new NamePatterns(patterns)::match).toList();
      if (names.isEmpty()) {
        environment
            .err()
            .println(
                all.isEmpty()
                    ? "openclip: there are no models; add openclip-models to the module path"
                    : "openclip: none of the %s models matches %s"
                        .formatted(all.size(), new NamePatterns(patterns)));
        return Main.FAILURE;
      }
      if (format == ListFormat.NAMES) {
        names.forEach(environment.out()::println);
      } else {
        PretrainedTags tags = PretrainedTags.of(environment.plugins());
        List<Listed> models =
            names.parallelStream()
                .map(
                    n ->
                        Listed.of(
                            n,
                            Objects.requireNonNull(all.get(n)),
                            tags.tags(n),
                            environment.plugins()))
                .toList();
        if (format == ListFormat.TABLE) {
          table(models, environment);
        } else {
          models.forEach(model -> json(model, environment));
        }
      }
      BrokenPipeException.flush(environment.out());
      return Main.SUCCESS;
    }

    private static void table(List<Listed> models, Environment environment) {
      SoundModels sounds = new SoundModels();
      GenerativeModels generative = new GenerativeModels();
      Table table = new Table();
      table.head(
          List.of(
              "model", "image M", "text M", "total M", "image G", "text G", "total G", "pixels",
              "tokens", "width", "tags", "note"));
      for (Listed model : models) {
        if (model.sound() != null) {
          sounds.add(model.name(), model.sound(), model.tags());
          continue;
        }
        if (model.generative() != null) {
          generative.add(model.name(), model.generative());
          continue;
        }
        ModelSize size = model.size();
        String tags = Integer.toString(model.tags().size());
        String note = model.unproved().isPresent() ? "unproved" : "";
        if (size == null) {
          List<String> unknown = new ArrayList<>(Collections.nCopies(9, "-"));
          unknown.addFirst(model.name());
          unknown.addLast(tags);
          unknown.addLast(note);
          table.row(unknown);
          continue;
        }
        boolean square = size.height() == size.width();
        table.row(
            List.of(
                model.name(),
                Table.millions(size.imageParameters()),
                Table.millions(size.textParameters()),
                Table.millions(size.parameters()),
                Table.billions(size.imageFlops()),
                Table.billions(size.textFlops()),
                Table.billions(size.flops()),
                square ? "" + size.height() : size.height() + "x" + size.width(),
                Integer.toString(size.contextLength()),
                Integer.toString(size.embedDim()),
                tags,
                note));
      }
      if (table.size() > 0) {
        table.print(environment.out());
      }
      if (!sounds.isEmpty()) {
        if (table.size() > 0) {
          environment.out().println();
        }
        sounds.print(environment.out());
      }
      if (!generative.isEmpty()) {
        if (table.size() > 0 || !sounds.isEmpty()) {
          environment.out().println();
        }
        generative.print(environment.out());
      }
    }

    private static void json(Listed model, Environment environment) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("name", model.name());
      ModelSize size = model.size();
      if (model.sound() != null) {
        object.putAll(SoundModels.json(model.sound()));
      } else if (model.generative() != null) {
        object.putAll(GenerativeModels.json(model.generative()));
      } else if (size == null) {
        object.put("problem", model.problem());
      } else {
        object.put("image_parameters", size.imageParameters());
        object.put("text_parameters", size.textParameters());
        object.put("parameters", size.parameters());
        object.put("image_flops", size.imageFlops());
        object.put("text_flops", size.textFlops());
        object.put("flops", size.flops());
        object.put("image_height", size.height());
        object.put("image_width", size.width());
        object.put("context_length", size.contextLength());
        object.put("embed_dim", size.embedDim());
      }
      object.put("pretrained", model.tags());
      model.unproved().ifPresent(what -> object.put("unproved", what));
      JsonLines.print(environment.out(), object);
    }
  }
}

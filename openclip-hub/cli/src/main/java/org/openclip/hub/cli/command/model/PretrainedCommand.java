package org.openclip.hub.cli.command.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.openclip.api.UnknownNameException;
import org.openclip.api.config.PretrainedTag;
import org.openclip.api.spi.CommandProvider;
import org.openclip.hub.cli.Arguments;
import org.openclip.hub.cli.Main;
import org.openclip.hub.cli.NamePatterns;
import org.openclip.hub.cli.result.JsonLines;
import org.openclip.hub.cli.result.ListFormat;
import org.openclip.hub.cli.terminal.BrokenPipeException;
import org.openclip.hub.cli.terminal.Table;
import org.openclip.hub.model.PretrainedTags;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code pretrained}: lists the pretrained tags. */
public final class PretrainedCommand implements CommandProvider {
  /** Creates the provider. */
  public PretrainedCommand() {}

  @Override
  public String name() {
    return "pretrained";
  }

  @Override
  public String summary() {
    return "Lists the pretrained weights by model and tag";
  }

  @Override
  public int run(List<String> arguments, Environment environment) {
    return Arguments.run(this, new Call(), arguments, environment);
  }

  @Command(
      customSynopsis = "openclip pretrained [OPTION...] [PATTERN...]",
      sortOptions = false,
      footer = {
        "",
        "  openclip pretrained laion2b",
        "  openclip pretrained --model ViT-B-32",
        "  openclip pretrained \"*siglip2*:webli\" --format json"
      })
  private static final class Call implements Arguments.Call {
    @Parameters(
        paramLabel = "PATTERN",
        description =
            "A part of MODEL:TAG, or all of it with * and ?. Case is ignored. Several patterns"
                + " may be given.")
    private List<String> patterns = new ArrayList<>();

    @Option(
        names = {"-m", "--model"},
        paramLabel = "MODEL",
        description = "Lists only weights of this model.")
    private @Nullable String model;

    @Option(
        names = {"-t", "--tag"},
        paramLabel = "TAG",
        description = "Lists only weights of this tag.")
    private @Nullable String tag;

    @Option(
        names = {"-f", "--format"},
        paramLabel = "FORMAT",
        description = "table, json (one object per line for each pair) or names. Default: table.")
    private ListFormat format = ListFormat.TABLE;

    @Override
    public int run(Environment environment) {
      PretrainedTags tags = PretrainedTags.of(environment.plugins());
      List<PretrainedTag> all = tags.all();
      refuseUnknown(tags);
      List<PretrainedTag> chosen = all.stream().filter(this::matches).toList();
      if (chosen.isEmpty()) {
        environment
            .err()
            .println(
                all.isEmpty()
                    ? "openclip: there are no tags; add openclip-models to the module path"
                    : "openclip: none of the %s pretrained weights matches".formatted(all.size()));
        return Main.FAILURE;
      }
      switch (format) {
        case NAMES -> chosen.forEach(t -> environment.out().println(name(t)));
        case JSON -> chosen.forEach(t -> JsonLines.print(environment.out(), json(t)));
        case TABLE -> table(chosen).print(environment.out());
      }
      BrokenPipeException.flush(environment.out());
      return Main.SUCCESS;
    }

    private void refuseUnknown(PretrainedTags tags) {
      if (model != null && tags.tags(model).isEmpty()) {
        throw unknown("model with pretrained weights", model, tags, PretrainedTag::model);
      }
      if (tag != null && tags.models(tag).isEmpty()) {
        throw unknown("pretrained tag", tag, tags, PretrainedTag::tag);
      }
    }

    private static UnknownNameException unknown(
        String kind, String name, PretrainedTags tags, Function<PretrainedTag, String> known) {
      return new UnknownNameException(
          kind, name, tags.all().stream().map(known).distinct().toList(), "");
    }

    private boolean matches(PretrainedTag candidate) {
      return (model == null || candidate.model().equals(model.replace('/', '-')))
          && (tag == null || candidate.tag().equals(PretrainedTag.normalised(tag)))
          && new NamePatterns(patterns).match(name(candidate));
    }

    private static String name(PretrainedTag tag) {
      return tag.model() + ":" + tag.tag();
    }

    private static Table table(List<PretrainedTag> tags) {
      Table table = new Table(5);
      table.head(List.of("model", "tag", "activation", "pictures", "where"));
      for (PretrainedTag tag : tags) {
        Map<String, Object> pictures = tag.preprocess();
        table.row(
            List.of(
                tag.model(),
                tag.tag(),
                tag.quickGelu() ? "quickgelu" : "gelu",
                pictures.isEmpty()
                    ? "-"
                    : pictures.get("interpolation") + " " + pictures.get("resize_mode"),
                tag.locations().get(0)));
      }
      return table;
    }

    private static Map<String, Object> json(PretrainedTag tag) {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("model", tag.model());
      json.put("tag", tag.tag());
      json.put("locations", tag.locations());
      json.put("quick_gelu", tag.quickGelu());
      json.put("preprocess_cfg", tag.preprocess());
      return json;
    }
  }
}

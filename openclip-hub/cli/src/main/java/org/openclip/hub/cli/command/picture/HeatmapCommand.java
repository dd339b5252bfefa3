package org.openclip.hub.cli.command.picture;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.graph.DenseForm;
import org.openclip.api.image.Image;
import org.openclip.api.image.PreprocessConfig;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.DenseEncoder;
import org.openclip.api.model.DenseFeatures;
import org.openclip.api.model.Embeddings;
import org.openclip.api.model.HeatMap;
import org.openclip.api.spi.CommandProvider;
import org.openclip.api.spi.ImagePreprocessorProvider;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.cli.Arguments;
import org.openclip.hub.cli.Main;
import org.openclip.hub.cli.ModelOptions;
import org.openclip.hub.cli.PictureArguments;
import org.openclip.hub.cli.UsageException;
import org.openclip.hub.cli.bulk.NpyWriter;
import org.openclip.hub.cli.terminal.Table;
import org.openclip.hub.io.AtomicFile;
import org.openclip.hub.picture.PictureFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code heatmap}: draws where in an image a text is found. */
public final class HeatmapCommand implements CommandProvider {
  /** Creates the provider. */
  public HeatmapCommand() {}

  @Override
  public String name() {
    return "heatmap";
  }

  @Override
  public String summary() {
    return "Draws which parts of an image match a text, or the attention of the model";
  }

  @Override
  public int run(List<String> arguments, Environment environment) {
    return Arguments.run(this, new Call(), arguments, environment);
  }

  @Command(
      customSynopsis = "openclip heatmap [OPTION...] IMAGE [TEXT...] -o FILE.png",
      sortOptions = false,
      footer = {
        "",
        "Each text has a panel, in the order of the texts; red is the best match of the panel.",
        "",
        "  openclip heatmap cat.png \"a cat\" \"a sofa\" -o map.png",
        "  openclip heatmap cat.png --attention -o attention.png --npy attention.npy"
      })
  private static final class Call implements Arguments.Call {
    @Parameters(index = "0", arity = "0..1", paramLabel = "IMAGE", description = "An image.")
    private String image = "";

    @Parameters(index = "1..*", paramLabel = "TEXT", description = "Texts to find in the image.")
    private List<String> texts = new ArrayList<>();

    @Option(
        names = {"-o", "--output"},
        paramLabel = "FILE",
        description = "The PNG file to write.")
    private String output = "";

    @Option(
        names = "--form",
        paramLabel = "FORM",
        description =
            "How features of single patches are computed: tokens, maskclip, sclip or clearclip."
                + " Default: maskclip.")
    private @Nullable String form;

    @Option(
        names = "--attention",
        description = "Adds a panel with the attention of the pooled vector to the patches.")
    private boolean attention;

    @Option(
        names = "--resize-mode",
        paramLabel = "MODE",
        description =
            "shortest (the ends of the longer side are cut off), squash or longest (padded)."
                + " Default: the model's own, with which it was trained.")
    private @Nullable String resizeMode;

    @Option(
        names = "--npy",
        paramLabel = "FILE",
        description = "Also writes the numbers: float32[panels, rows, columns] of patches.")
    private @Nullable String npy;

    @Mixin private ModelOptions model = new ModelOptions();

    @Override
    public int run(Environment environment) {
      if (image.isEmpty() || output.isEmpty()) {
        throw new UsageException("give an image, and the file to write: --output FILE.png");
      }
      if (texts.isEmpty() && !attention) {
        throw new UsageException("give a text to find in the image, or --attention");
      }
      if (!output.toLowerCase(Locale.ROOT).endsWith(".png")) {
        throw new UsageException("--output is '" + output + "', but must end in .png");
      }
      DenseForm chosen = form();
      Path file = PictureArguments.path(image);
      ModelBuilder builder = model.builder(environment);
      if (resizeMode != null) {
        builder.preprocess("resize_mode", resizeMode);
      }
      try (ClipModel clip = ModelOptions.load(builder, environment)) {
        Image picture = new PictureFiles(environment.plugins()).read(file);
        DenseFeatures features = clip.dense().encode(picture, chosen);
        List<HeatMap> maps = maps(clip, features);
        HeatPicture drawn = HeatPicture.of(whole(clip, picture, environment), maps);
        AtomicFile.write(
            PictureArguments.path(output),
            channel -> PngFile.write(channel, drawn.width(), drawn.height(), drawn.rgb()));
        if (npy != null) {
          write(PictureArguments.path(npy), maps);
        }
        print(maps, environment);
      }
      return Main.SUCCESS;
    }

    private DenseForm form() {
      if (form == null) {
        return DenseEncoder.DEFAULT;
      }
      for (DenseForm each : DenseForm.values()) {
        if (each.name().toLowerCase(Locale.ROOT).equals(form)) {
          return each;
        }
      }
      throw new UsageException(
          "--form is '" + form + "', but must be tokens, maskclip, sclip or clearclip");
    }

    private List<HeatMap> maps(ClipModel clip, DenseFeatures features) {
      List<HeatMap> maps = new ArrayList<>();
      if (!texts.isEmpty()) {
        Embeddings embedded = clip.encodeTexts(texts);
        maps.addAll(features.similarities(embedded));
      }
      if (attention) {
        maps.add(
            features
                .attentionMap()
                .orElseThrow(
                    () ->
                        new InvalidInputException(
                            "the image tower of "
                                + clip.name()
                                + " has no attention; leave out --attention")));
      }
      return maps;
    }

    /** Returns the whole image, {@code uint8[height, width, 3]}, as its model reads colours. */
    private static byte[] whole(ClipModel clip, Image picture, Environment environment) {
      PreprocessConfig config = clip.preprocessor().config();
      boolean turned = config.applyOrientation() && picture.orientation() > 4;
      PreprocessConfig own =
          new PreprocessConfig(
              turned ? picture.width() : picture.height(),
              turned ? picture.height() : picture.width(),
              config.mean(),
              config.std(),
              config.interpolation(),
              PreprocessConfig.ResizeMode.SQUASH,
              config.fillColor(),
              config.applyOrientation());
      return environment
          .plugins()
          .first(
              ImagePreprocessorProvider.class,
              provider -> provider.matches(clip.architecture().config().vision()))
          .orElseThrow(() -> new OpenClipException("no plugin provides image preprocessing"))
          .create(own)
          .resize(picture);
    }

    private static void write(Path file, List<HeatMap> maps) {
      AtomicFile.write(
          file,
          channel -> {
            NpyWriter matrix = new NpyWriter(channel);
            for (HeatMap map : maps) {
              matrix.append(Embeddings.of(map.values().length, map.values()));
            }
            matrix.finish(maps.getFirst().rows(), maps.getFirst().columns());
          });
    }

    private void print(List<HeatMap> maps, Environment environment) {
      Table table = new Table();
      table.head(List.of("panel", "lowest", "highest", "x", "y"));
      for (int i = 0; i < maps.size(); i++) {
        HeatMap map = maps.get(i);
        HeatMap.Place best = map.best();
        table.row(
            List.of(
                i < texts.size() ? texts.get(i) : "attention",
                Table.decimals(map.minimum(), 4),
                Table.decimals(map.maximum(), 4),
                Table.decimals(best.x(), 0),
                Table.decimals(best.y(), 0)));
      }
      table.print(environment.out());
    }
  }
}

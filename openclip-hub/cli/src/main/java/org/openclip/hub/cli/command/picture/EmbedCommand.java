package org.openclip.hub.cli.command.picture;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.spi.CommandProvider;
import org.openclip.hub.cli.Arguments;
import org.openclip.hub.cli.BadPictures;
import org.openclip.hub.cli.FileKind;
import org.openclip.hub.cli.JointModel;
import org.openclip.hub.cli.Main;
import org.openclip.hub.cli.ModelOptions;
import org.openclip.hub.cli.PictureArguments;
import org.openclip.hub.cli.PictureOptions;
import org.openclip.hub.cli.SoundOptions;
import org.openclip.hub.cli.UsageException;
import org.openclip.hub.cli.bulk.NpyWriter;
import org.openclip.hub.cli.terminal.Progress;
import org.openclip.hub.io.AtomicFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code embed}: computes embeddings of pictures and texts. */
public final class EmbedCommand implements CommandProvider {
  /** Creates the provider. */
  public EmbedCommand() {}

  @Override
  public String name() {
    return "embed";
  }

  @Override
  public String summary() {
    return "Computes embeddings of images and texts, as NPY, JSON lines or CSV";
  }

  @Override
  public int run(List<String> arguments, Environment environment) {
    return Arguments.run(this, new Call(), arguments, environment);
  }

  @Command(
      customSynopsis = "openclip embed [OPTION...] [IMAGE...]",
      sortOptions = false,
      footer = {
        "",
        "The order of the rows: IMAGE arguments, --images-from, --text, --texts.",
        "",
        "  openclip embed photos/ --output photos.npy",
        "  openclip embed photos/ shards/*.tar table.parquet --output vectors/ --resume",
        "  openclip embed --texts captions.txt > captions.jsonl",
        "  find photos -name '*.jpg' -print0 | openclip embed --images-from - -0 -o photos.csv"
      })
  private static final class Call implements Arguments.Call {
    @Parameters(
        paramLabel = "IMAGE",
        description =
            "Images, or folders of images with their subfolders; sounds for a model of sounds.")
    private List<String> pictures = new ArrayList<>();

    @Mixin private PictureOptions images = new PictureOptions();

    @Mixin private TextOptions texts = new TextOptions();

    @Option(
        names = {"-o", "--output"},
        paramLabel = "FILE",
        description = {
          "NAME.npy: a float32 matrix, and NAME.index.jsonl. NAME.jsonl: an object with kind, id"
              + " and vector on each line. NAME.csv or NAME.tsv: a row of kind, id and the vector's"
              + " numbers. FOLDER/: numbered parts, for many images. Default: JSON lines on the"
              + " standard output."
        })
    private @Nullable String output;

    @Option(
        names = {"-f", "--format"},
        paramLabel = "FORMAT",
        description = "jsonl, csv, tsv or npy. Default: by the file name extension of --output.")
    private @Nullable VectorFormat format;

    @Option(
        names = "--raw",
        description =
            "Writes embeddings without normalisation, as the reference's encode_image and"
                + " encode_text return them. Default: scaled to length 1.")
    private boolean raw;

    @Mixin private BulkOptions bulk = new BulkOptions();

    @Mixin private SoundOptions sounds = new SoundOptions();

    @Mixin private ModelOptions model = new ModelOptions();

    @Override
    public int run(Environment environment) {
      if (pictures.isEmpty() && !images.hasList() && texts.isEmpty()) {
        throw new UsageException("give pictures, or texts with --text or --texts");
      }
      texts.check(images);
      FileKind kind = model.kind(environment);
      if (bulk.chosen(output)) {
        if (kind == FileKind.SOUND) {
          throw new UsageException(
              "an output folder supports only pictures; give a file for sounds, such as"
                  + " --output sounds.npy");
        }
        if (!texts.isEmpty() || format != null) {
          throw new UsageException("an output folder supports only pictures, and no --format");
        }
        return bulk.run(
            output, raw, images.files(List.of(), environment), pictures, model, environment);
      }
      VectorFormat form = format == null ? VectorFormat.of(output) : format;
      List<Path> files = PictureArguments.expand(kind, pictures, environment);
      try (JointModel clip = model.open(sounds, environment)) {
        if (form == VectorFormat.NPY) {
          writeMatrix(clip, files, environment);
        } else if (output == null) {
          encode(clip, files, form.sink(environment.out()), environment);
        } else {
          AtomicFile.write(
              PictureArguments.path(output),
              channel -> encode(clip, files, form.sink(channel), environment));
        }
      }
      return Main.SUCCESS;
    }

    private void writeMatrix(JointModel clip, List<Path> files, Environment environment) {
      String file = output;
      if (file == null) {
        throw new UsageException("the format npy needs a file: --output NAME.npy");
      }
      String index = file.replaceFirst("(?i)\\.npy$", "") + ".index.jsonl";
      AtomicFile.write(
          PictureArguments.path(file),
          matrixChannel -> {
            NpyWriter matrix = new NpyWriter(matrixChannel);
            AtomicFile.write(
                PictureArguments.path(index),
                indexChannel ->
                    encode(clip, files, EmbeddingSink.matrix(matrix, indexChannel), environment));
            matrix.finish();
          });
    }

    private void encode(
        JointModel clip, List<Path> files, EmbeddingSink sink, Environment environment) {
      long total = !images.hasList() && !texts.hasFile() ? (long) files.size() + texts.named() : -1;
      EmbeddingSink scaled = raw ? sink : (items, rows) -> sink.append(items, rows.normalised());
      try (Progress progress = Progress.start(environment, "items", total)) {
        BadPictures judge = images.judge(clip.kind(), progress, environment);
        Encoding encoding = new Encoding(clip, model.batch(), scaled, judge);
        files.forEach(f -> encoding.picture(f.toString()));
        images.forEach(encoding::picture);
        texts.forEach(encoding::text);
        encoding.flush();
        if (progress.done() == 0) {
          throw new InvalidInputException("there is nothing to embed: the list is empty");
        }
        if (progress.done() == judge.count()) {
          judge.check();
        }
      }
    }
  }
}

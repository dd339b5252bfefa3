package org.openclip.hub.cli.command.picture;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.openclip.api.model.Embeddings;
import org.openclip.api.spi.CommandProvider;
import org.openclip.hub.cli.Arguments;
import org.openclip.hub.cli.BadPictures;
import org.openclip.hub.cli.FileKind;
import org.openclip.hub.cli.JointModel;
import org.openclip.hub.cli.Main;
import org.openclip.hub.cli.ModelOptions;
import org.openclip.hub.cli.PictureOptions;
import org.openclip.hub.cli.SoundOptions;
import org.openclip.hub.cli.UsageException;
import org.openclip.hub.cli.result.ResultOptions;
import org.openclip.hub.cli.terminal.Progress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The command {@code similarity}: computes cosine similarities of pictures and texts. */
public final class SimilarityCommand implements CommandProvider {
  /** Creates the provider. */
  public SimilarityCommand() {}

  @Override
  public String name() {
    return "similarity";
  }

  @Override
  public String summary() {
    return "Compares images and texts by the cosine similarity of their embeddings";
  }

  @Override
  public int run(List<String> arguments, Environment environment) {
    return Arguments.run(this, new Call(), arguments, environment);
  }

  @Command(
      customSynopsis = "openclip similarity [OPTION...] [IMAGE...]",
      sortOptions = false,
      footer = {
        "",
        "With images and texts, images are rows and texts are columns. With one kind only, each is"
            + " compared with each.",
        "",
        "  openclip similarity cat.png dog.png --text \"a cat\" --text \"a dog\"",
        "  openclip similarity holiday/"
      })
  private static final class Call implements Arguments.Call {
    @Parameters(
        paramLabel = "IMAGE",
        description =
            "Images, or folders of images with their subfolders; sounds for a model of sounds.")
    private List<String> pictures = new ArrayList<>();

    @Mixin private TextOptions texts = new TextOptions();

    @Mixin private PictureOptions images = new PictureOptions();

    @Mixin private ResultOptions results = new ResultOptions();

    @Mixin private SoundOptions sounds = new SoundOptions();

    @Mixin private ModelOptions model = new ModelOptions();

    @Override
    public int run(Environment environment) {
      texts.check(images);
      FileKind kind = model.kind(environment);
      List<Path> files = images.files(kind, pictures, environment);
      List<String> words = new ArrayList<>();
      texts.forEach(words::add);
      if (files.isEmpty() && words.isEmpty()) {
        throw new UsageException("give pictures, or texts with --text or --texts");
      }
      Similarities similarities;
      model.expect(files.size());
      try (JointModel clip = model.open(sounds, environment);
          Progress progress =
              Progress.start(environment, "items", (long) files.size() + words.size())) {
        BadPictures judge = images.judge(kind, progress, environment);
        Encoding.Kept kept = Encoding.pictures(clip, model.batch(), files, judge);
        judge.check();
        Embeddings captions = Encoding.texts(clip, model.batch(), words, judge);
        similarities = new Similarities(kept, words, captions);
      }
      results.write(environment, out -> similarities.write(results.format(), out));
      return Main.SUCCESS;
    }
  }
}

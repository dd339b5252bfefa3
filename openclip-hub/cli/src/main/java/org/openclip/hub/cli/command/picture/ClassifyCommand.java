package org.openclip.hub.cli.command.picture;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.Embeddings;
import org.openclip.api.model.EncodingListener;
import org.openclip.api.model.ZeroShotClassifier;
import org.openclip.api.spi.CommandProvider;
import org.openclip.hub.cli.Arguments;
import org.openclip.hub.cli.BadPictures;
import org.openclip.hub.cli.FileKind;
import org.openclip.hub.cli.JointModel;
import org.openclip.hub.cli.Main;
import org.openclip.hub.cli.ModelOptions;
import org.openclip.hub.cli.PictureArguments;
import org.openclip.hub.cli.PictureOptions;
import org.openclip.hub.cli.PromptOptions;
import org.openclip.hub.cli.Prompts;
import org.openclip.hub.cli.SoundOptions;
import org.openclip.hub.cli.UsageException;
import org.openclip.hub.cli.result.ResultOptions;
import org.openclip.hub.cli.terminal.Progress;
import org.openclip.hub.generative.GenerativeBuilder;
import org.openclip.hub.generative.GenerativeModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code classify}: classifies pictures zero-shot. */
public final class ClassifyCommand implements CommandProvider {
  private static final int PROMPTS_AT_ONCE = 256;

  /** Creates the provider. */
  public ClassifyCommand() {}

  @Override
  public String name() {
    return "classify";
  }

  @Override
  public String summary() {
    return "Classifies images zero-shot: prints the probability, or score, of each label";
  }

  @Override
  public int run(List<String> arguments, Environment environment) {
    return Arguments.run(this, new Call(), arguments, environment);
  }

  @Command(
      customSynopsis = {
        "openclip classify [OPTION...] IMAGE... LABEL...",
        "       openclip classify [OPTION...] --labels FILE IMAGE..."
      },
      sortOptions = false,
      footer = {
        "",
        "Without --images-from, the first argument is an image or a folder of images, as are the"
            + " following arguments that are existing files or folders. The remaining arguments are"
            + " labels.",
        "",
        "  openclip classify cat.png \"a cat\" \"a dog\" \"a diagram\"",
        "  openclip classify photos/*.jpg --labels imagenet --templates imagenet80 --top 3"
      })
  private static final class Call implements Arguments.Call {
    @Parameters(
        paramLabel = "IMAGE|LABEL",
        description = "Images, then labels; sounds for a model of sounds.")
    private List<String> arguments = new ArrayList<>();

    @Option(
        names = {"-l", "--labels"},
        paramLabel = "FILE",
        description =
            "A file with one label per line, - for the standard input, or imagenet for the names"
                + " of its classes. All other arguments are then images.")
    private @Nullable String labelFile;

    @Mixin private PromptOptions prompts = new PromptOptions("none");

    @Option(
        names = {"-k", "--top"},
        paramLabel = "K",
        description = "The number of labels to show, best first. Default: 10.")
    private int top = 10;

    @Mixin private PictureOptions images = new PictureOptions();

    @Mixin private ResultOptions results = new ResultOptions();

    @Mixin private SoundOptions sounds = new SoundOptions();

    @Mixin private ModelOptions model = new ModelOptions();

    @Override
    public int run(Environment environment) {
      if (top < 1) {
        throw new UsageException("--top is " + top + ", but must be at least 1");
      }
      if (arguments.isEmpty() && !images.hasList()) {
        throw new UsageException("name a picture and at least two labels");
      }
      if (images.readsInput() && "-".equals(labelFile)) {
        throw new UsageException("only one of --images-from and --labels can read -");
      }
      int pictures = labelFile == null ? leadingPictures(environment) : arguments.size();
      FileKind kind = model.kind(environment);
      List<Path> files = images.files(kind, arguments.subList(0, pictures), environment);
      List<String> labels =
          labelFile == null
              ? arguments.subList(pictures, arguments.size())
              : Prompts.labels(labelFile);
      Optional<GenerativeBuilder> generative = model.generative(environment);
      check(labels, generative.isPresent(), environment);
      if (generative.isPresent()) {
        sounds.refuse("is for CLAP models, of sounds and texts, only");
        rank(generative.get(), files, labels, environment);
        return Main.SUCCESS;
      }
      model.expect(files.size());
      try (JointModel clip = model.open(sounds, environment)) {
        Embeddings classes = classes(clip, labels, prompts.templates(), environment);
        results.write(
            environment,
            out ->
                classify(
                    clip,
                    files,
                    classes,
                    new ClassifyReport(out, results.format(), clip, labels, top),
                    environment));
      }
      return Main.SUCCESS;
    }

    /** Ranks the labels by their likelihood, for a generative model has no other measure. */
    private void rank(
        GenerativeBuilder builder, List<Path> files, List<String> labels, Environment environment) {
      FileKind kind = model.kind(environment);
      try (GenerativeModel generative = ModelOptions.load(builder, environment);
          Progress progress = Progress.start(environment, kind.plural(), files.size())) {
        LikelihoodRanking ranking = new LikelihoodRanking(generative, labels, prompts.templates());
        BadPictures judge = images.judge(kind, progress, environment);
        results.write(
            environment,
            out -> {
              LikelihoodReport report =
                  new LikelihoodReport(
                      out,
                      results.format(),
                      new LikelihoodReport.Names(kind.noun(), generative.name(), labels),
                      top);
              for (Path file : files) {
                List<double[]> scores = ranking.scores(List.of(file), judge);
                progress.wipe();
                judge.kept(List.of(file)).forEach(kept -> report.write(kept, scores.get(0)));
              }
              judge.check();
            });
      }
    }

    private void classify(
        JointModel clip,
        List<Path> files,
        Embeddings classes,
        ClassifyReport report,
        Environment environment) {
      try (Progress progress = Progress.start(environment, clip.kind().plural(), files.size())) {
        BadPictures judge = images.judge(clip.kind(), progress, environment);
        for (int from = 0; from < files.size(); from += model.batch()) {
          List<Path> batch = files.subList(from, Math.min(files.size(), from + model.batch()));
          Embeddings rows = clip.encodeFiles(batch, judge);
          progress.wipe();
          report.write(judge.kept(batch), clip.logits(rows, classes));
        }
        judge.check();
      }
    }

    private int leadingPictures(Environment environment) {
      int count = images.hasList() ? 0 : 1;
      while (count < arguments.size() && PictureArguments.exists(arguments.get(count))) {
        count++;
      }
      // A mistyped file would be taken for a label without a word.
      for (String label : arguments.subList(count, arguments.size())) {
        if (looksLikeFile(label, environment)) {
          throw new InvalidInputException(
              "there is no file " + label + "; if it is a label, give it with --labels FILE");
        }
      }
      return count;
    }

    private static boolean looksLikeFile(String label, Environment environment) {
      return FileKind.IMAGE.matches(label, environment.plugins())
          || FileKind.SOUND.matches(label, environment.plugins());
    }

    private void check(List<String> labels, boolean generative, Environment environment) {
      if (labels.isEmpty()) {
        throw new UsageException(
            labelFile == null
                ? "name at least two labels after the picture"
                : labelFile + " has no label; write one on each line");
      }
      Set<String> seen = new HashSet<>();
      for (String label : labels) {
        if (!seen.add(label)) {
          throw new UsageException("label '" + label + "' is there twice; name each once");
        }
      }
      if (labels.size() == 1 && !generative && !model.sigmoid(environment)) {
        throw new UsageException(
            "one label alone always has 100% with this model, which shares 100% out among the"
                + " labels; name at least two, such as '"
                + labels.get(0)
                + "' and 'something else'");
      }
    }

    /** Embeds the labels in groups, so that the progress of a long list can be shown. */
    private static Embeddings classes(
        JointModel clip, List<String> labels, List<String> prompts, Environment environment) {
      int group = Math.max(1, PROMPTS_AT_ONCE / prompts.size());
      List<Embeddings> classes = new ArrayList<>();
      try (Progress progress = Progress.start(environment, "labels", labels.size())) {
        for (int from = 0; from < labels.size(); from += group) {
          List<String> some = labels.subList(from, Math.min(labels.size(), from + group));
          classes.add(
              ZeroShotClassifier.classes(
                  texts -> clip.encodeTexts(texts, EncodingListener.NONE), some, prompts));
          progress.advance(some.size());
        }
      }
      return Embeddings.concat(classes);
    }
  }
}

package org.openclip.train.command.flag;

import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.OpenClip;
import org.openclip.hub.audio.ClapBuilder;
import org.openclip.hub.audio.ClapModel;
import org.openclip.hub.cli.FetchSettings;
import org.openclip.hub.cli.UsageException;
import org.openclip.hub.generative.GenerativeBuilder;
import org.openclip.hub.generative.GenerativeModel;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The flags of the model and its image preprocessing, with the reference's names and meanings. */
public final class ModelFlags {
  @Option(
      names = "--model",
      paramLabel = "MODEL",
      description = "A model name from 'openclip models'. Default: RN50.")
  public String name = "RN50";

  @Option(
      names = "--pretrained",
      paramLabel = "TAG",
      description =
          "The initial weights: a pretrained tag or a checkpoint. Default: random weights.")
  private String pretrained = "";

  @Option(names = "--siglip", description = "Uses SigLIP's sigmoid loss.")
  public boolean siglip;

  @Option(
      names = "--force-quick-gelu",
      description = "Uses QuickGELU, even if the model's configuration says otherwise.")
  private boolean quickGelu;

  @Option(
      names = "--force-custom-text",
      description = "Stores the text tower with the prefix 'text.' in checkpoints.")
  private boolean customText;

  @Option(
      names = "--force-patch-dropout",
      paramLabel = "SHARE",
      description = "Patch dropout: the share of patches that training drops.")
  private @Nullable Double patchDropout;

  @Option(
      names = "--force-image-size",
      arity = "1..2",
      paramLabel = "PIXELS",
      description = "The size of input images: one number, or height and width.")
  private List<Integer> imageSize = List.of();

  @Option(
      names = "--force-context-length",
      paramLabel = "TOKENS",
      description = "The context length of texts, in tokens.")
  private @Nullable Integer contextLength;

  @Option(
      names = "--image-mean",
      arity = "1..3",
      paramLabel = "MEAN",
      description = "The mean of the colours, from 0 to 1: one number, or one for each channel.")
  private List<Double> mean = List.of();

  @Option(
      names = "--image-std",
      arity = "1..3",
      paramLabel = "STD",
      description = "The standard deviation of the colours: one number, or one for each channel.")
  private List<Double> std = List.of();

  @Option(
      names = "--image-interpolation",
      paramLabel = "FILTER",
      description = "bicubic, bilinear, or random (drawn with use_timm, otherwise bicubic).")
  private @Nullable String interpolation;

  @Option(
      names = "--image-resize-mode",
      paramLabel = "MODE",
      description = "shortest, longest or squash; for evaluation only.")
  private @Nullable String resizeMode;

  @Option(
      names = "--exif-orientation",
      description = "Rotates images as their EXIF or XMP data say, in training and evaluation.")
  private boolean exifOrientation;

  public @Mixin AugmentationFlag variations = new AugmentationFlag();

  @Option(
      names = "--max-image-pixels",
      paramLabel = "N",
      description = "Skips images with more pixels; 0 skips none. Default: 25000000.")
  public long mostPixels = 25_000_000;

  @Option(
      names = "--distill-model",
      paramLabel = "MODEL",
      description = "The teacher model for distillation, with --distill-pretrained.")
  private @Nullable String teacher;

  @Option(
      names = "--distill-pretrained",
      paramLabel = "TAG",
      description = "The weights of the teacher model.")
  private @Nullable String teacherWeights;

  @Mixin private FetchSettings fetching = new FetchSettings();

  /** Checks the numbers. */
  public void check() {
    Bounds.share("--force-patch-dropout", patchDropout);
    imageSize.forEach(size -> Bounds.atLeast(1, "--force-image-size", size));
    Bounds.atLeast(1, "--force-context-length", contextLength);
    std.forEach(each -> Bounds.positive("--image-std", each));
    Bounds.atLeast(0, "--max-image-pixels", mostPixels);
  }

  /** Returns whether training starts from weights that exist. */
  public boolean isPretrained() {
    return !pretrained.isEmpty();
  }

  /** Returns the name of the model and its weights, for messages. */
  public String described() {
    return isPretrained() ? name + " " + pretrained : name;
  }

  /** Returns a builder of the model that the flags describe. */
  public ModelBuilder builder(Environment environment) {
    ModelBuilder builder = OpenClip.model(name).plugins(environment.plugins());
    fetching.apply(builder, environment);
    if (isPretrained()) {
      builder.pretrained(pretrained);
    }
    if (quickGelu) {
      builder.override("quick_gelu", true);
    }
    if (customText) {
      builder.override("custom_text", true);
    }
    if (patchDropout != null) {
      builder.override("vision_cfg.patch_dropout", patchDropout);
    }
    if (!imageSize.isEmpty()) {
      builder.imageSize(imageSize.get(0), imageSize.get(imageSize.size() - 1));
    }
    if (contextLength != null) {
      builder.contextLength(contextLength);
    }
    if (siglip) {
      builder.override("init_logit_scale", Math.log(10)).override("init_logit_bias", -10);
    }
    preprocess(builder::preprocess);
    return builder;
  }

  /** Returns a builder of the model that the flags describe if it is generative. */
  public Optional<GenerativeBuilder> generative(Environment environment) {
    GenerativeBuilder builder =
        GenerativeModel.builder(name)
            .plugins(environment.plugins())
            .fetching(fetching.options(environment));
    if (builder.find().isEmpty()) {
      return Optional.empty();
    }
    if (isPretrained()) {
      builder.pretrained(pretrained);
    }
    if (contextLength != null) {
      builder.override("text_cfg.context_length", contextLength);
    }
    preprocess(builder::preprocess);
    return Optional.of(builder);
  }

  /** Sets what the flags say of the preprocessing of images. */
  private void preprocess(BiConsumer<String, Object> setting) {
    colours("mean", mean, setting);
    colours("std", std, setting);
    if (interpolation != null) {
      setting.accept("interpolation", interpolation);
    }
    if (resizeMode != null) {
      setting.accept("resize_mode", resizeMode);
    }
    if (exifOrientation) {
      setting.accept("exif_orientation", true);
    }
  }

  /** Returns whether the model is one of sounds and texts. */
  public boolean ofSounds(Environment environment) {
    return sounds(environment).ofSound();
  }

  private ClapBuilder sounds(Environment environment) {
    return ClapModel.builder(name)
        .plugins(environment.plugins())
        .fetching(fetching.options(environment));
  }

  /** Returns a builder of the model of sounds that the flags describe. */
  public ClapBuilder soundBuilder(Environment environment) {
    ClapBuilder builder = sounds(environment);
    if (isPretrained()) {
      builder.pretrained(pretrained);
    }
    if (contextLength != null) {
      builder.override("text_cfg.context_length", contextLength);
    }
    return builder;
  }

  /** Returns whether the model learns from another one. */
  public boolean distils() {
    return teacher != null || teacherWeights != null;
  }

  /** Returns a builder of the model to learn from; empty without one. */
  public Optional<ModelBuilder> teacher(Environment environment) {
    if (teacher == null && teacherWeights == null) {
      return Optional.empty();
    }
    if (teacher == null || teacherWeights == null) {
      throw new UsageException("--distill-model and --distill-pretrained must be given together");
    }
    if (siglip) {
      throw new UsageException(
          "--siglip does not support distillation; leave out --siglip or --distill-model");
    }
    ModelBuilder builder = OpenClip.model(teacher).plugins(environment.plugins());
    fetching.apply(builder, environment);
    if (!teacherWeights.isEmpty()) {
      builder.pretrained(teacherWeights);
    }
    return Optional.of(builder);
  }

  private static void colours(String key, List<Double> values, BiConsumer<String, Object> setting) {
    if (values.size() == 2) {
      throw new UsageException(
          "--image-" + key + " has two numbers, but must have one, or three: red, green, blue");
    }
    if (!values.isEmpty()) {
      setting.accept(
          key, values.size() == 3 ? values : List.of(values.get(0), values.get(0), values.get(0)));
    }
  }
}

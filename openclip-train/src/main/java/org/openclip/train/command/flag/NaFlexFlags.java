package org.openclip.train.command.flag;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.audio.AudioPatcher;
import org.openclip.api.encoder.GenerativeEncoder;
import org.openclip.api.encoder.PatchAudioEncoder;
import org.openclip.api.encoder.PatchImageEncoder;
import org.openclip.api.model.Architecture;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.cli.UsageException;
import org.openclip.train.naflex.LossScale;
import org.openclip.train.naflex.NaFlexPlan;
import org.openclip.train.naflex.PatchSizes;
import org.openclip.train.naflex.TokenBudget;
import picocli.CommandLine.Option;

/** The flags of training on images of any shape, with the reference's names and meanings. */
public final class NaFlexFlags {
  private static final List<Integer> LENGTHS = List.of(128, 256, 576, 784, 1024);
  private static final int TOKENS = 4 * 4096;
  private static final int DIVISOR = 8;

  @Option(
      names = "--use-naflex",
      description =
          "Trains and evaluates a NaFlex model on images of any shape, each cut into patches at its"
              + " own aspect ratio. The batch size follows from the number of patches.")
  private boolean used;

  @Option(
      names = "--force-naflex-vision",
      description =
          "Converts the image tower, a ViT or EVA, to NaFlex, and its weights with it. Implied by"
              + " --use-naflex.")
  private boolean converted;

  @Option(
      names = "--naflex-seq-lens",
      arity = "1..*",
      paramLabel = "PATCHES",
      description =
          "The numbers of patches of an image; one is drawn for each batch. Default: 128 256 576"
              + " 784 1024. Evaluations use the largest, or by default the model's.")
  private List<Integer> lengths = new ArrayList<>();

  @Option(
      names = "--naflex-seq-len-probs",
      arity = "1..*",
      paramLabel = "P",
      description = "How often each of these numbers is drawn. Default: equally often.")
  private List<Double> weights = new ArrayList<>();

  @Option(
      names = "--naflex-max-tokens-per-batch",
      paramLabel = "N",
      description =
          "The largest number of patches of a process' batch; for generative models (GenLIP), of"
              + " patches and tokens of captions. Default: 16384.")
  private int tokens = TOKENS;

  @Option(
      names = "--naflex-max-text-tokens",
      paramLabel = "N",
      description =
          "For generative models: the largest number of tokens of a caption, which counts with"
              + " the patches of its image or sound. Default: the model's context length.")
  private @Nullable Integer text;

  @Option(
      names = "--naflex-batch-divisor",
      paramLabel = "N",
      description = "Batch sizes are multiples of it, or 1. Default: 8.")
  private int divisor = DIVISOR;

  @Option(
      names = "--naflex-num-train-image-tokens",
      paramLabel = "N",
      description = "The number of patches of an epoch, in the place of --train-num-samples.")
  private @Nullable Long tokensInEpoch;

  @Option(
      names = "--naflex-patch-sizes",
      arity = "1..*",
      paramLabel = "PIXELS",
      description =
          "The patch sizes; one is drawn for each batch. Patch embeddings are resampled to it."
              + " Evaluations use the first one. Default: the model's patch size.")
  private List<Integer> patches = new ArrayList<>();

  @Option(
      names = "--naflex-patch-size-probs",
      arity = "1..*",
      paramLabel = "P",
      description = "How often each of these sizes is drawn. Default: equally often.")
  private List<Double> patchWeights = new ArrayList<>();

  @Option(
      names = "--naflex-loss-scale",
      paramLabel = "HOW",
      description =
          "Multiplies the loss of a batch by its size divided by --batch-size (linear), by the"
              + " square root of that (sqrt), or not (none). Default: none.")
  private String scale = "none";

  /** Checks the numbers. */
  public void check() {
    if (!used) {
      others()
          .forEach(
              (name, given) -> {
                if (given) {
                  throw new UsageException(
                      name + " is an option of NaFlex training; give --use-naflex, too");
                }
              });
      return;
    }
    lengths.forEach(length -> Bounds.atLeast(1, "--naflex-seq-lens", length));
    patches.forEach(size -> Bounds.atLeast(1, "--naflex-patch-sizes", size));
    Bounds.atLeast(1, "--naflex-batch-divisor", divisor);
    Bounds.atLeast(2, "--naflex-max-text-tokens", text);
    Bounds.atLeast(1, "--naflex-num-train-image-tokens", tokensInEpoch);
    for (int length : lengths()) {
      if (tokens < length) {
        throw new UsageException(
            "--naflex-max-tokens-per-batch %s is smaller than one image of %s patches (%s); use a larger number, or other --naflex-seq-lens"
                .formatted(
                    tokens,
                    length,
                    lengths.isEmpty() ? "the default of --naflex-seq-lens" : "--naflex-seq-lens"));
      }
    }
    budget();
    scale();
    if (!patchWeights.isEmpty() && patchWeights.size() != Math.max(1, patches.size())) {
      throw new UsageException(
          "--naflex-patch-size-probs has %s numbers for %s patch sizes; give one for each of --naflex-patch-sizes"
              .formatted(patchWeights.size(), Math.max(1, patches.size())));
    }
  }

  /** Returns the flags that mean nothing alone, and whether they are given. */
  private Map<String, Boolean> others() {
    Map<String, Boolean> others = new TreeMap<>();
    others.put("--naflex-seq-lens", !lengths.isEmpty());
    others.put("--naflex-seq-len-probs", !weights.isEmpty());
    others.put("--naflex-max-tokens-per-batch", tokens != TOKENS);
    others.put("--naflex-batch-divisor", divisor != DIVISOR);
    others.put("--naflex-num-train-image-tokens", tokensInEpoch != null);
    others.put("--naflex-patch-sizes", !patches.isEmpty());
    others.put("--naflex-patch-size-probs", !patchWeights.isEmpty());
    others.put("--naflex-loss-scale", !scale.equals("none"));
    return others;
  }

  private List<Integer> lengths() {
    return lengths.isEmpty() ? LENGTHS : lengths;
  }

  private TokenBudget budget() {
    if (!weights.isEmpty() && weights.size() != lengths().size()) {
      throw new UsageException(
          "--naflex-seq-len-probs has %s numbers for %s lengths; give one for each of --naflex-seq-lens"
              .formatted(weights.size(), lengths().size()));
    }
    try {
      return TokenBudget.of(lengths(), weights, tokens, divisor);
    } catch (InvalidInputException e) {
      throw new UsageException("--naflex-seq-len-probs: " + e.getMessage());
    }
  }

  private LossScale scale() {
    return switch (scale) {
      case "none" -> LossScale.NONE;
      case "linear" -> LossScale.LINEAR;
      case "sqrt" -> LossScale.SQRT;
      default ->
          throw new UsageException(
              "--naflex-loss-scale '" + scale + "' is not one of none, linear, sqrt");
    };
  }

  /** Returns whether images are trained on in their own shapes. */
  public boolean used() {
    return used;
  }

  /**
   * Asks for a NaFlex image tower, if the flags do.
   *
   * @throws UsageException when the model has a decoder of captions, or its tower has no such form
   */
  public void convert(ModelBuilder builder) {
    if (!used && !converted) {
      return;
    }
    String flag = used ? "--use-naflex" : "--force-naflex-vision";
    if (builder.architecture().decoder().isPresent()) {
      throw new UsageException(flag + " does not support caption models (CoCa)");
    }
    try {
      builder.naflex().architecture();
    } catch (InvalidConfigException e) {
      throw new UsageException(flag + ": " + e.getMessage());
    }
  }

  /** Returns how many patches an epoch has in all processes; empty when samples are counted. */
  public OptionalLong tokensInEpoch() {
    return tokensInEpoch == null ? OptionalLong.empty() : OptionalLong.of(tokensInEpoch);
  }

  /**
   * Returns what is done with images; empty when they are brought to one size.
   *
   * @param model the model's name, for messages
   * @throws UsageException when the model takes images of one shape only
   */
  public Optional<NaFlexPlan> plan(String model, Architecture architecture) {
    if (text != null) {
      throw new UsageException(
          "--naflex-max-text-tokens is for generative models (GenLIP, GenLAP), which "
              + model
              + " is not");
    }
    if (!used) {
      return Optional.empty();
    }
    if (!(architecture.imageEncoder() instanceof PatchImageEncoder encoder)) {
      throw new UsageException(
          "--use-naflex needs a NaFlex image tower, but that of %s takes images of one shape"
              .formatted(model));
    }
    int evaluation =
        lengths.isEmpty()
                && architecture.config().vision().get("image_seq_len") instanceof Number number
            ? number.intValue()
            : budget().longest();
    return Optional.of(new NaFlexPlan(sizes(encoder), budget(), evaluation, scale()));
  }

  /** Trains on samples of any length, which needs no flag. */
  public void imply() {
    used = true;
  }

  /** Returns whether the numbers of patches are given. */
  public boolean saysLengths() {
    return !lengths.isEmpty();
  }

  /**
   * Returns what is done with sounds of any length.
   *
   * @throws UsageException when flags do not fit
   */
  public NaFlexPlan plan(PatchAudioEncoder encoder) {
    return plan(encoder.patcher());
  }

  private NaFlexPlan plan(AudioPatcher patcher) {
    if (tokensInEpoch != null || !patches.isEmpty() || !patchWeights.isEmpty()) {
      throw new UsageException(
          "--naflex-num-train-image-tokens, --naflex-patch-sizes and --naflex-patch-size-probs are"
              + " for images, not for sounds; leave them out");
    }
    for (int length : lengths()) {
      try {
        patcher.withMost(length);
      } catch (InvalidInputException e) {
        throw new UsageException("--naflex-seq-lens " + length + ": " + e.getMessage());
      }
    }
    return new NaFlexPlan(PatchSizes.of(1), budget(), budget().longest(), scale());
  }

  /**
   * Returns what is done with the images or sounds and the captions of a generative model.
   *
   * @param model the model's name, for messages
   * @param prefix what the model reads
   * @param captions the largest number of tokens of a caption
   */
  public NaFlexPlan plan(String model, GenerativeEncoder.Prefix prefix, int captions) {
    NaFlexPlan plain =
        switch (prefix) {
          case GenerativeEncoder.Images images -> plan(model, images);
          case GenerativeEncoder.Sounds sounds -> plan(sounds.patcher());
        };
    try {
      return new NaFlexPlan(
          plain.patches(), plain.budget().withText(captions), plain.evaluation(), plain.scale());
    } catch (InvalidInputException e) {
      throw new UsageException("--naflex-max-tokens-per-batch: " + e.getMessage());
    }
  }

  private NaFlexPlan plan(String model, GenerativeEncoder.Images images) {
    boolean own = patches.stream().allMatch(size -> size == images.patch());
    if (!own || patches.size() > 1) {
      throw new UsageException(
          "--naflex-patch-sizes %s: %s has the patch size %s, and patches of generative models are not converted; leave the flag out"
              .formatted(patches, model, images.patch()));
    }
    int evaluation = lengths.isEmpty() ? images.most() : budget().longest();
    return new NaFlexPlan(PatchSizes.of(images.patch()), budget(), evaluation, scale());
  }

  /** Returns the largest number of tokens of a caption; empty when the model says it. */
  public OptionalInt captionLength() {
    return text == null ? OptionalInt.empty() : OptionalInt.of(text);
  }

  private PatchSizes sizes(PatchImageEncoder encoder) {
    int own = encoder.patchSize();
    try {
      return PatchSizes.of(
          own, patches.isEmpty() ? List.of(own) : patches, patchWeights, encoder::resampling);
    } catch (InvalidInputException e) {
      throw new UsageException("--naflex-patch-size-probs: " + e.getMessage());
    }
  }
}

package org.openclip.train.command.data;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.text.Tokenizer;
import org.openclip.hub.cli.Prompts;
import org.openclip.train.command.flag.Bounds;
import org.openclip.train.data.Dataset;
import org.openclip.train.run.MeasuredModel;
import org.openclip.train.run.ModelPreparation;
import org.openclip.train.run.Ranks;
import org.openclip.train.run.Validation;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The flags of validation during a training, with the reference's names and meanings. */
public final class ValidationFlags {
  @Option(
      names = "--val-data",
      paramLabel = "PATH",
      description = "Validation images with captions, like --train-data, for loss and retrieval.")
  private @Nullable String pairs;

  @Option(
      names = "--val-num-samples",
      paramLabel = "N",
      description =
          "The number of validation samples, if the shards do not state it; for synthetic data, the"
              + " number to generate.")
  private @Nullable Long samples;

  @Option(
      names = "--val-frequency",
      paramLabel = "N",
      description = "Epochs between two validations; 0 for none. Default: 1.")
  private int pairsEvery = 1;

  @Option(
      names = "--imagenet-val",
      paramLabel = "PATH",
      description = "ImageNet's validation images: 1,000 class folders, or shards with cls files.")
  private @Nullable String imageNet;

  @Option(
      names = "--imagenet-v2",
      paramLabel = "PATH",
      description = "ImageNet V2's images, in folders named 0 to 999.")
  private @Nullable String imageNetV2;

  @Option(
      names = "--zeroshot-frequency",
      paramLabel = "N",
      description = "Epochs between two zero-shot evaluations; 0 for none. Default: 2.")
  private int labelledEvery = 2;

  @Option(
      names = "--zeroshot-templates",
      paramLabel = "LIST",
      description =
          "The zero-shot prompt templates: imagenet80, imagenet7, none, or a file. Default:"
              + " imagenet80.")
  private String templates = "imagenet80";

  @Mixin private SoundClassFlags sounds = new SoundClassFlags();

  /** Checks the numbers. */
  public void check() {
    sounds.check();
    Bounds.atLeast(1, "--val-num-samples", samples);
    Bounds.atLeast(0, "--val-frequency", pairsEvery);
    Bounds.atLeast(0, "--zeroshot-frequency", labelledEvery);
  }

  /** Returns whether there is anything to measure. */
  public boolean any() {
    return pairs != null || imageNet != null || imageNetV2 != null || sounds.any();
  }

  /** Returns the validation pictures with captions; empty for none, or when none is due. */
  public Optional<Dataset> captioned(DataFlags data) {
    return pairs == null || pairsEvery == 0
        ? Optional.empty()
        : Optional.of(data.validation(pairs, samples));
  }

  /**
   * Returns whether the validation pictures with captions are due.
   *
   * @param epoch how many epochs are done
   * @param epochs after which they are due in any case
   */
  public boolean due(int epoch, int epochs) {
    return pairsEvery > 0 && (epoch % pairsEvery == 0 || epoch >= epochs);
  }

  /** Returns the pictures of known classes, by what stands before the names of their results. */
  private Map<String, LabelledData> labelled(boolean commands) {
    Map<String, LabelledData> sets = new LinkedHashMap<>();
    if (imageNet != null) {
      sets.put("imagenet-zeroshot-val", LabelledData.imageNet(imageNet, commands));
    }
    if (imageNetV2 != null) {
      sets.put("imagenetv2-zeroshot-val", LabelledData.imageNetV2(imageNetV2, commands));
    }
    return sets;
  }

  /**
   * What is measured by.
   *
   * @param flags how often
   * @param pairs pictures with captions; null for none
   * @param labelled pictures of known classes
   */
  public record Sources(
      ValidationFlags flags,
      Validation.@Nullable Source pairs,
      List<Validation.Labelled> labelled) {
    public Sources {
      labelled = List.copyOf(labelled);
    }

    /**
     * Checks that there is something that can be used.
     *
     * @throws InvalidInputException when there is not
     */
    public void check(BooleanSupplier stop) {
      if (pairs != null && flags.pairsEvery > 0) {
        FirstSample.find("--val-data " + flags.pairs, pairs.dataset(), pairs.preparation(), stop);
      }
      if (flags.labelledEvery > 0) {
        for (Validation.Labelled set : labelled) {
          Validation.Source source = set.source();
          FirstSample.find(set.prefix(), source.dataset(), source.preparation(), stop);
        }
      }
    }

    /**
     * Returns what is measured of a model that is trained.
     *
     * @param ranks the processes that measure together
     */
    public Validation of(MeasuredModel model, Validation.Settings settings, Ranks ranks) {
      return new Validation(
          model, pairs, flags.pairsEvery, labelled, flags.labelledEvery, settings, ranks);
    }
  }

  /**
   * Returns what is measured by.
   *
   * @param data the flags by which pictures with captions are read
   * @param tokenizer of the model that is trained
   * @param pictures what is done to them
   * @param plugins with the decoders of sounds
   */
  public Sources sources(
      DataFlags data, Tokenizer tokenizer, Preparations pictures, PluginRegistry plugins) {
    List<String> prompts = Prompts.templates(templates);
    List<Validation.Labelled> labelled = new ArrayList<>();
    labelled(data.allowsCommands())
        .forEach(
            (prefix, set) ->
                labelled.add(
                    new Validation.Labelled(
                        prefix,
                        new Validation.Classes(set.names(), prompts),
                        new Validation.Source(
                            set.dataset(), pictures.labelled(set.names().size())))));
    sounds.labelled(pictures, plugins).ifPresent(labelled::add);
    Validation.Source captioned =
        pairs == null
            ? null
            : new Validation.Source(
                data.validation(pairs, samples),
                pictures.plain(ModelPreparation.Captions.of(tokenizer)));
    return new Sources(this, captioned, labelled);
  }
}

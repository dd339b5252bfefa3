package org.openclip.train.command.flag;

import java.util.List;
import org.openclip.hub.cli.UsageException;

/** The flags of {@code train} that do not suit generative models. */
public final class GenerativeFlags {
  private static final List<String> REFUSED =
      List.of(
          "--accum-freq",
          "--audio-fill",
          "--audio-fusion",
          "--audio-int16-normalize",
          "--audio-layer-decay",
          "--audio-trunc",
          "--audio-zeroshot-dataset",
          "--audio-zeroshot-template",
          "--coca-caption-loss-weight",
          "--coca-contrastive-loss-weight",
          "--distill-model",
          "--distill-pretrained",
          "--force-custom-text",
          "--force-image-size",
          "--force-naflex-vision",
          "--force-patch-dropout",
          "--force-quick-gelu",
          "--image-layer-decay",
          "--imagenet-v2",
          "--imagenet-val",
          "--lock-image",
          "--lock-image-freeze-bn-stats",
          "--lock-image-unlocked-groups",
          "--lock-text",
          "--lock-text-freeze-layer-norm",
          "--lock-text-unlocked-layers",
          "--lora",
          "--lora-alpha",
          "--lora-targets",
          "--loss-tiles",
          "--mask-duplicate-captions",
          "--siglip",
          "--text-layer-decay",
          "--text-pooler-own-group",
          "--use-bn-sync",
          "--use-bnb-linear",
          "--visual-layer-decay");

  private GenerativeFlags() {}

  /**
   * Checks that no flag is given that would do nothing, or something that is not supported.
   *
   * @param model the model's name, for messages
   * @throws UsageException when there is one
   */
  public static void check(String model, EffectiveFlags flags) {
    for (String name : REFUSED) {
      if (flags.values().containsKey(name)) {
        throw new UsageException(
            "%s does not support generative models such as %s; leave it out"
                .formatted(name, model));
      }
    }
  }
}

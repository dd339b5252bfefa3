package org.openclip.train.command.flag;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.openclip.hub.cli.UsageException;

/** The flags that are for models of one kind alone: of images, or of sounds. */
public final class KindFlags {
  private static final Set<String> SOUNDS =
      Set.of(
          "--audio-ext",
          "--audio-fill",
          "--audio-fusion",
          "--audio-int16-normalize",
          "--audio-layer-decay",
          "--audio-trunc",
          "--audio-zeroshot-audio-key",
          "--audio-zeroshot-class-key",
          "--audio-zeroshot-dataset",
          "--audio-zeroshot-target-key",
          "--audio-zeroshot-template",
          "--naflex-pad-multiple");

  /** Flags of images, and what is to be said of each beside that. */
  private static final Map<String, String> IMAGES = images();

  private KindFlags() {}

  private static Map<String, String> images() {
    Map<String, String> flags = new TreeMap<>();
    for (String name :
        Set.of(
            "--aug-cfg",
            "--exif-orientation",
            "--force-image-size",
            "--force-naflex-vision",
            "--force-patch-dropout",
            "--image-interpolation",
            "--image-key",
            "--image-layer-decay",
            "--image-mean",
            "--image-resize-mode",
            "--image-std",
            "--imagenet-v2",
            "--imagenet-val",
            "--json-text-key",
            "--json-text-key-probs",
            "--lock-image",
            "--lock-image-freeze-bn-stats",
            "--lock-image-unlocked-groups",
            "--max-image-pixels",
            "--text-key",
            "--visual-layer-decay")) {
      flags.put(name, "is for models of images");
    }
    flags.put("--siglip", "does not support models of sounds, which learn by CLIP's loss alone");
    flags.put("--distill-model", "does not support models of sounds");
    flags.put("--distill-pretrained", "does not support models of sounds");
    flags.put("--lora", "does not support models of sounds");
    flags.put("--force-quick-gelu", "does not support models of sounds");
    flags.put("--force-custom-text", "does not support models of sounds, whose texts have it");
    return flags;
  }

  /**
   * Checks that all flags are for models of the kind that is trained.
   *
   * @param sounds whether the model is one of sounds
   * @param model its name, for messages
   * @throws UsageException when one is not
   */
  public static void check(GivenFlags given, boolean sounds, String model) {
    for (String name : given.all().keySet()) {
      if (sounds && IMAGES.containsKey(name)) {
        throw new UsageException(
            "%s %s, and %s is a model of sounds; leave it out"
                .formatted(name, IMAGES.get(name), model));
      }
      if (!sounds && SOUNDS.contains(name)) {
        throw new UsageException(
            "%s is for models of sounds, and %s is a model of images; leave it out"
                .formatted(name, model));
      }
    }
  }
}

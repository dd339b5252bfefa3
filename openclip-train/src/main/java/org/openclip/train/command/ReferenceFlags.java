package org.openclip.train.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.openclip.hub.cli.UsageException;

/**
 * The flags of the reference that do nothing here, because there is nothing to do, and those that
 * are refused, because their work would be left undone.
 */
final class ReferenceFlags {
  private static final String TENSORFLOW =
      "processes meet on TensorFlow's own servers, whatever the device";
  private static final String SHARDED =
      "every process holds all parameters; with --fsdp, the optimizer's state is shared out";
  private static final String COMPILED = "every step is compiled as one graph anyway";
  private static final String PADDED =
      "each batch leaves out what its longest caption does not need";
  private static final String AUDIO = "there are no models of sound; leave it out";
  private static final String NAFLEX =
      "pictures of any shape can be embedded, but not trained on yet; leave it out";
  private static final String WANDB =
      "there is no reporting to wandb; leave it out, and give --report-to tensorboard";
  private static final String PROGRAM =
      "models are graphs that the backend runs, and checkpoints hold no programs; leave it out";
  private static final String PROBE =
      "an older measurement; 'openclip evaluate --linear-probe' makes it after the training";
  private static final int MANY = Integer.MAX_VALUE;

  /**
   * What becomes of a flag.
   *
   * @param values how many values it has at most
   * @param refused whether it is an error
   * @param why in a few words
   */
  private record Fate(int values, boolean refused, String why) {}

  private static final Map<String, Fate> FATES = fates();

  private ReferenceFlags() {}

  private static Map<String, Fate> fates() {
    Map<String, Fate> fates = new TreeMap<>();
    ignored(fates, 0, COMPILED, "ddp-static-graph");
    ignored(fates, 1, TENSORFLOW, "dist-backend");
    ignored(fates, 0, SHARDED, "fsdp-offload-cpu", "fsdp-no-reshard-after-forward");
    ignored(fates, 1, SHARDED, "fsdp-checkpoint");
    ignored(fates, 0, COMPILED, "torchcompile");
    ignored(fates, 1, COMPILED, "torchcompile-strategy", "torchcompile-backend");
    ignored(fates, 1, COMPILED, "torchcompile-mode");
    ignored(fates, 0, PADDED, "length-bucketing");
    ignored(fates, 1, PADDED, "bucket-pool", "bucket-chunk", "bucket-prefetch-pools");
    ignored(fates, 1, PADDED, "text-pad-multiple");
    ignored(fates, 0, "the program is a jar; openclip --version says which", "copy-codebase");
    ignored(fates, 1, "scores are compared as they come, in fp32", "val-retrieval-chunk-size");
    ignored(fates, 1, "scores are compared as they come, in fp32", "val-retrieval-precision");
    refused(fates, 0, PROGRAM, "trace", "torchscript");
    refused(
        fates,
        0,
        "processes are found by torchrun's, MPI's or Slurm's variables; leave it out",
        "horovod");
    refused(fates, 0, "an older name of --pretrained openai; give that", "openai-pretrained");
    refused(fates, 0, "an older way to use many GPUs; leave it out", "dp");
    refused(fates, 1, "an older way to use many GPUs; leave it out", "multigpu");
    refused(fates, 1, "an older name of --device cuda:N; give that", "gpu");
    refused(
        fates,
        0,
        "features of a batch are always compared together; leave it out",
        "skip-aggregate");
    refused(fates, 1, PROBE, "regression-frequency", "C");
    refused(
        fates,
        0,
        "no weights of image towers alone are known; --pretrained starts from a whole model's",
        "pretrained-image");
    refused(fates, MANY, "there is no Muon, whose flag it is; leave it out", "opt-fallback-list");
    refused(fates, 1, WANDB, "wandb-notes", "wandb-project-name");
    refused(fates, 0, NAFLEX, "use-naflex", "force-naflex-vision");
    refused(fates, 1, NAFLEX, "naflex-num-train-image-tokens", "naflex-max-tokens-per-batch");
    refused(fates, 1, NAFLEX, "naflex-max-text-tokens", "naflex-batch-divisor");
    refused(fates, 1, NAFLEX, "naflex-loss-scale", "naflex-pad-multiple");
    refused(fates, MANY, NAFLEX, "naflex-patch-sizes", "naflex-patch-size-probs");
    refused(fates, MANY, NAFLEX, "naflex-seq-lens", "naflex-seq-len-probs");
    refused(fates, 0, AUDIO, "audio-fusion", "audio-int16-normalize");
    refused(fates, 1, AUDIO, "audio-ext", "audio-fill", "audio-trunc", "pretrained-audio");
    refused(fates, 1, AUDIO, "audio-layer-decay", "audio-multiprocessing-context");
    refused(fates, 1, AUDIO, "audio-zeroshot-dataset", "audio-zeroshot-split");
    refused(fates, 1, AUDIO, "audio-zeroshot-audio-key", "audio-zeroshot-target-key");
    refused(fates, 1, AUDIO, "audio-zeroshot-class-key", "audio-zeroshot-template");
    refused(fates, 1, AUDIO, "audio-zeroshot-workers");
    refused(fates, 1, AUDIO, "audio-zeroshot-multiprocessing-context");
    return fates;
  }

  private static void ignored(Map<String, Fate> fates, int values, String why, String... names) {
    for (String name : names) {
      fates.put("--" + name, new Fate(values, false, why));
    }
  }

  private static void refused(Map<String, Fate> fates, int values, String why, String... names) {
    for (String name : names) {
      fates.put("--" + name, new Fate(values, true, why));
    }
  }

  /**
   * The arguments of a call, sorted.
   *
   * @param kept those that are read
   * @param notes a line for each that does nothing
   * @param error why the call cannot be; null when it can
   */
  record Sorted(List<String> kept, List<String> notes, @Nullable String error) {
    Sorted {
      kept = List.copyOf(kept);
      notes = List.copyOf(notes);
    }

    /** Throws what is wrong, if something is. */
    void check() {
      if (error != null) {
        throw new UsageException(error);
      }
    }
  }

  /** Returns the names of all of them. */
  static Set<String> names() {
    return FATES.keySet();
  }

  /** Takes out of a call's arguments what is not read. */
  static Sorted sort(List<String> arguments) {
    List<String> kept = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    String error = null;
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      String name = argument.split("=", 2)[0];
      Fate fate = FATES.get(name);
      if (fate == null) {
        kept.add(argument);
        continue;
      }
      int values = name.equals(argument) ? fate.values() : 0;
      while (values-- > 0 && i + 1 < arguments.size() && !arguments.get(i + 1).startsWith("--")) {
        i++;
      }
      if (!fate.refused()) {
        notes.add(name + " does nothing: " + fate.why());
      } else if (error == null) {
        error = name + " is not possible: " + fate.why();
      }
    }
    return new Sorted(kept, notes, error);
  }
}

package org.openclip.train.command.flag;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.openclip.hub.cli.UsageException;

/**
 * The flags of the reference that have no effect here, and those that are errors because they are
 * not supported.
 */
public final class ReferenceFlags {
  private static final String TENSORFLOW =
      "processes communicate through TensorFlow servers on every device";
  private static final String SHARDED =
      "every process holds all parameters; --fsdp shards only the optimizer state";
  private static final String COMPILED = "every step is always compiled as one graph";
  private static final String PADDED = "each batch is padded only to its longest caption";
  private static final String THREADS = "sounds are prepared by threads, as --workers says";
  private static final String WANDB =
      "wandb is not supported; leave it out and use --report-to tensorboard";
  private static final String PROGRAM =
      "models are graphs, and checkpoints contain no code; leave it out";
  private static final String PROBE =
      "an older evaluation; use 'openclip evaluate --linear-probe' after the training";
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
    ignored(
        fates, 0, "the program is a jar; openclip --version prints its version", "copy-codebase");
    ignored(fates, 1, "scores are always computed in fp32", "val-retrieval-chunk-size");
    ignored(fates, 1, "scores are always computed in fp32", "val-retrieval-precision");
    refused(fates, 0, PROGRAM, "trace", "torchscript");
    refused(
        fates,
        0,
        "processes use the environment variables of torchrun, MPI or Slurm; leave it out",
        "horovod");
    refused(fates, 0, "an older name of --pretrained openai; use that", "openai-pretrained");
    refused(fates, 0, "an older option for several GPUs; leave it out", "dp");
    refused(fates, 1, "an older option for several GPUs; leave it out", "multigpu");
    refused(fates, 1, "an older name of --device cuda:N; use that", "gpu");
    refused(
        fates, 0, "all features of a batch are always compared; leave it out", "skip-aggregate");
    refused(fates, 1, PROBE, "regression-frequency", "C");
    refused(
        fates,
        0,
        "weights of an image tower alone are not supported; use --pretrained with the weights of a"
            + " whole model",
        "pretrained-image");
    refused(fates, MANY, "the optimizer Muon is not supported; leave it out", "opt-fallback-list");
    refused(fates, 1, WANDB, "wandb-notes", "wandb-project-name");
    refused(
        fates,
        1,
        "weights of an audio tower alone are not supported; use --pretrained with the weights of a"
            + " whole model",
        "pretrained-audio");
    ignored(fates, 1, THREADS, "audio-multiprocessing-context", "audio-zeroshot-workers");
    ignored(fates, 1, THREADS, "audio-zeroshot-multiprocessing-context");
    refused(
        fates,
        1,
        "folders and tables of sounds have no splits; leave it out",
        "audio-zeroshot-split");
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
  public record Sorted(List<String> kept, List<String> notes, @Nullable String error) {
    public Sorted {
      kept = List.copyOf(kept);
      notes = List.copyOf(notes);
    }

    /** Throws what is wrong, if something is. */
    public void check() {
      if (error != null) {
        throw new UsageException(error);
      }
    }
  }

  /** Returns the names of all of them. */
  public static Set<String> names() {
    return FATES.keySet();
  }

  /** Takes out of a call's arguments what is not read. */
  public static Sorted sort(List<String> arguments) {
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
        error = name + " is not supported: " + fate.why();
      }
    }
    return new Sorted(kept, notes, error);
  }
}

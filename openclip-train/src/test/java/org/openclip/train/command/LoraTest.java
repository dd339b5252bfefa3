package org.openclip.train.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.model.ClipModel;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.OpenClip;
import org.openclip.hub.adapter.Adapters;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.model.ModelFolder;
import org.openclip.train.command.ColourRuns.Run;
import org.openclip.train.evaluation.ClassifierHead;
import org.openclip.train.run.Checkpoint;

/** Trainings of low-rank adapters. */
class LoraTest {
  private static final PluginRegistry PLUGINS = PluginRegistry.create();
  private static final String BLOCK = "transformer.resblocks.0.";

  @TempDir static Path folder;

  private static ColourRuns runs;
  private static Path base;

  @BeforeAll
  static void trainABase() throws IOException {
    runs = ColourRuns.ofShapes(folder, 4, 1);
    ColourRuns.drawShapes(folder.resolve("val"), 4, 3);
    for (String name : List.of("base", "other")) {
      Run run =
          runs.train(
              name, flags("--batch-size 12 --epochs 2 --lr 1e-3 --save-frequency 2 --seed ", name));
      assertThat(run.code()).as(run.err()).isZero();
    }
    base = runs.checkpoint("base", "epoch_2");
  }

  private static String[] flags(String flags, String name) {
    return (flags + name.length()).split(" ", -1);
  }

  private static Run train(String name, String more) {
    String usual =
        "--batch-size 12 --epochs 3 --lr 1e-2 --wd 0 --skip-scheduler --pretrained "
            + base.resolve(ModelFolder.CHECKPOINT)
            + " ";
    return runs.train(name, (usual + more).strip().split(" +"));
  }

  private static Run measure(String name, String more) {
    Map<String, String> flags = runs.flags(name);
    flags.put("--val-data", runs.table().toString());
    flags.put("--batch-size", "12"); // The loss depends on it.
    return ColourRuns.run(flags, more.split(" "));
  }

  private static double loss(String run) throws IOException {
    List<String> lines = Files.readAllLines(runs.log(run, "checkpoints/results.jsonl"));
    Map<String, Object> last = JSON.std.mapFrom(lines.get(lines.size() - 1));
    return ((Number) Objects.requireNonNull(last.get("clip_val_loss"))).doubleValue();
  }

  private static Map<String, float[]> tensors(Path file) {
    Map<String, float[]> tensors = new TreeMap<>();
    try (Weights weights = Checkpoints.open(file, PLUGINS)) {
      weights.names().forEach(name -> tensors.put(name, weights.get(name).toFloats()));
    }
    return tensors;
  }

  private static Map<String, float[]> model(Path model) {
    return tensors(model.resolve(ModelFolder.CHECKPOINT));
  }

  /** Returns the names of tensors that differ. */
  private static Set<String> different(Map<String, float[]> one, Map<String, float[]> other) {
    assertThat(one.keySet()).isEqualTo(other.keySet());
    Set<String> names = new TreeSet<>();
    one.forEach(
        (name, numbers) -> {
          if (!java.util.Arrays.equals(numbers, other.get(name))) {
            names.add(name);
          }
        });
    return names;
  }

  @Test
  void adaptersAloneLearnAndAreMergedInTheEnd() throws IOException {
    String lora = "--lora 2 --lora-alpha 6";
    String start = "--pretrained " + base.resolve(ModelFolder.CHECKPOINT);
    assertThat(measure("before", start).code()).isZero();
    assertThat(measure("adapted", start + " " + lora).code()).isZero();
    // With B = 0 the adapted model is the model itself.
    assertThat(loss("adapted")).isCloseTo(loss("before"), within(1e-6));

    Run run = train("learns", lora + " --epochs 12 --val-data " + runs.table());

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err()).contains("16 adapters of rank 2 train ").contains("merged is in ");
    assertThat(loss("learns")).isLessThan(loss("before") - 0.1);
    Path last = runs.checkpoint("learns", "epoch_12");
    Map<String, float[]> adapters = tensors(last.resolve(Adapters.FILE));
    assertThat(adapters)
        .hasSize(32)
        .containsKeys(
            "visual." + BLOCK + "attn.in_proj.lora_A.weight", BLOCK + "mlp.c_fc.lora_B.weight");
    assertThat(last.resolve(ModelFolder.CHECKPOINT)).doesNotExist();
    assertThat(Files.size(last.resolve(Adapters.FILE)))
        .isLessThan(Files.size(base.resolve(ModelFolder.CHECKPOINT)) / 50);
    // Two moments for each adapter, and nothing for the model.
    assertThat(tensors(last.resolve(Checkpoint.OPTIMIZER)).keySet())
        .hasSize(64)
        .allMatch(name -> name.contains(".lora_"));

    Path merged = runs.log("learns", "merged");
    Map<String, float[]> before = model(base);
    Map<String, float[]> after = model(merged);
    assertThat(different(before, after))
        .hasSize(16)
        .allMatch(
            name -> name.matches(".*(in_proj_weight|out_proj.weight|c_fc.weight|c_proj.weight)"));
    // The sum of the formula, with alpha / rank = 3.
    float[] a = adapters.get(BLOCK + "mlp.c_fc.lora_A.weight");
    float[] b = adapters.get(BLOCK + "mlp.c_fc.lora_B.weight");
    float[] w = before.get(BLOCK + "mlp.c_fc.weight");
    for (int o = 0; o < 64; o++) {
      for (int i = 0; i < 16; i++) {
        double sum =
            w[o * 16 + i] + 3.0 * ((double) b[o * 2] * a[i] + (double) b[o * 2 + 1] * a[16 + i]);
        assertThat((double) after.get(BLOCK + "mlp.c_fc.weight")[o * 16 + i])
            .isCloseTo(sum, within(1e-6));
      }
    }
    assertThat(measure("merged", "--pretrained " + merged.resolve(ModelFolder.CHECKPOINT)).code())
        .isZero();
    assertThat(loss("merged")).isCloseTo(loss("learns"), within(1e-5));
    try (ClipModel loaded = OpenClip.model("local-dir:" + merged).backend("onnx").load()) {
      assertThat(loaded.embedDim()).isEqualTo(16);
    }

    Path converted = folder.resolve("converted");
    String[] convert = {
      "convert",
      last.toString(),
      converted.toString(),
      "--model",
      folder.resolve("model").toString(),
      "--pretrained",
      base.resolve(ModelFolder.CHECKPOINT).toString()
    };
    Run conversion = Run.of(convert);
    assertThat(conversion.code()).as(conversion.err()).isZero();
    assertThat(converted.resolve(ModelFolder.CHECKPOINT))
        .hasSameBinaryContentAs(merged.resolve(ModelFolder.CHECKPOINT));
    convert[2] = folder.resolve("wrong").toString();
    convert[6] = runs.checkpoint("other", "epoch_2").resolve(ModelFolder.CHECKPOINT).toString();
    assertThat(Run.of(convert).err()).contains("holds adapters of other weights");
    assertThat(Run.of("convert", base.toString(), "x", "-p", "y").err()).contains("holds none");
  }

  @Test
  void aTrainingOfAdaptersThatGoesOnEndsWithTheSameNumbers() {
    String lora = "--lora 3 --lock-image --grad-checkpointing --wd 0.1 --precision amp_bf16";
    Run whole = train("once", lora);
    assertThat(whole.code()).as(whole.err()).isZero();
    assertThat(train("twice", lora).code()).isZero();
    Checkpoint.remove(runs.checkpoint("twice", "epoch_2"));
    Checkpoint.remove(runs.checkpoint("twice", "epoch_3"));
    Checkpoint.remove(runs.log("twice", "merged"));

    Run resumed = train("twice", lora + " --resume latest");

    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(resumed.err()).contains("from step 2").contains("done after 6 steps");
    for (String file :
        List.of(
            "checkpoints/epoch_3/" + Adapters.FILE,
            "checkpoints/epoch_3/" + Checkpoint.OPTIMIZER,
            "merged/" + ModelFolder.CHECKPOINT)) {
      assertThat(runs.log("twice", file)).hasSameBinaryContentAs(runs.log("once", file));
    }
    // The locked tower has no adapters.
    assertThat(different(model(base), model(runs.log("once", "merged"))))
        .hasSize(8)
        .noneMatch(name -> name.startsWith("visual."));
  }

  @Test
  void matricesAreChosenByPatterns() {
    Run run = train("chosen", "--lora 2 --lora-targets visual.*.mlp.* text_projection --epochs 1");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(different(model(base), model(runs.log("chosen", "merged"))))
        .containsExactly(
            "text_projection",
            "visual." + BLOCK + "mlp.c_fc.weight",
            "visual." + BLOCK + "mlp.c_proj.weight",
            "visual.transformer.resblocks.1.mlp.c_fc.weight",
            "visual.transformer.resblocks.1.mlp.c_proj.weight");
  }

  @Test
  void whatCannotBeAdaptedIsSaid() {
    assertThat(bad("--lora 0")).contains("--lora is 0, but must be at least 1");
    assertThat(bad("--lora 17"))
        .contains("--lora 17: rank 17 is larger than the smaller side of " + BLOCK)
        .contains("choose a rank of at most 16");
    assertThat(bad("--lora 2 --lora-alpha 0")).contains("--lora-alpha is 0.0, but must be");
    assertThat(bad("--lora-alpha 2")).contains("give --lora RANK, too");
    assertThat(bad("--lora 2 --lora-targets *.conv*"))
        .contains("--lora-targets '*.conv*' fits no matrix")
        .contains("in_proj_weight");
    assertThat(bad("--lora 2 --lock-image --lock-text")).contains("nothing to adapt");
    assertThat(runs.train("bad", "--lora", "2").err()).contains("name them with --pretrained");
    assertThat(runs.log("bad", "")).doesNotExist();
  }

  private static String bad(String more) {
    Run run = train("bad", more);
    assertThat(run.code()).as(run.err()).isEqualTo(2);
    return run.err();
  }

  @Test
  void adaptersOfAnotherTrainingAreRefused() {
    assertThat(train("first", "--lora 2 --epochs 1").code()).isZero();
    String go = " --resume latest --resume-changed --epochs 2";
    String others =
        "--pretrained " + runs.checkpoint("other", "epoch_2").resolve(ModelFolder.CHECKPOINT);
    Run otherBase = runs.train("first", ("--lora 2 " + others + go).split(" "));
    assertThat(otherBase.code()).isEqualTo(1);
    assertThat(otherBase.err()).contains("holds adapters of other weights").contains("SHA-256");
    assertThat(train("first", "--lora 3" + go).err()).contains("adapters of rank 2 and alpha 2.0");
    assertThat(train("first", "--lora 2 --lora-targets visual.*" + go).err())
        .contains("adapters of other layers");
    assertThat(train("first", go).err()).contains("holds adapters only");
    assertThat(train("first", "--lora 3 --resume latest").err()).contains("--lora=2 -> 3");
    assertThat(train("base", "--lora 2" + go).err()).contains("holds a whole model");
  }

  private static Run finetune(String name, String more) {
    List<String> arguments = new ArrayList<>(List.of("finetune", "-m", base.toString()));
    arguments.addAll(List.of("--train-folder", runs.classes().toString()));
    arguments.addAll(List.of("--logs", folder.resolve("logs").toString(), "--name", name));
    arguments.addAll(List.of("-o", folder.resolve("out-" + name).toString()));
    String usual =
        "--template {} --warmup 0 --lr 1e-2 --batch-size 12 --alpha 1 --save-frequency 1 ";
    arguments.addAll(List.of((usual + more).strip().split(" +")));
    return Run.of(arguments.toArray(String[]::new));
  }

  @Test
  void fineTuningTrainsAdaptersAndAHead() {
    Run run = finetune("tuned", "--lora 2 --epochs 3");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(different(model(base), model(folder.resolve("out-tuned"))))
        .hasSize(8)
        .allMatch(name -> name.startsWith("visual.transformer."));
    Path last = runs.checkpoint("tuned", "epoch_3");
    assertThat(tensors(last.resolve(Adapters.FILE))).hasSize(16);
    assertThat(last.resolve(ClassifierHead.FILE)).exists();
    assertThat(last.resolve(ModelFolder.CHECKPOINT)).doesNotExist();
    Run judged =
        Run.of(
            "evaluate",
            "-m",
            folder.resolve("out-tuned").toString(),
            "--folder",
            runs.classes().toString(),
            "--classifier",
            folder.resolve("out-tuned").resolve(ClassifierHead.FILE).toString());
    assertThat(judged.code()).as(judged.err()).isZero();

    assertThat(finetune("again", "--lora 2 --epochs 3").code()).isZero();
    for (String gone : List.of("epoch_2", "epoch_3")) {
      Checkpoint.remove(runs.checkpoint("again", gone));
    }
    Checkpoint.remove(folder.resolve("out-again"));
    Run resumed = finetune("again", "--lora 2 --epochs 3 --resume latest");
    assertThat(resumed.code()).as(resumed.err()).isZero();
    for (String file : List.of(ModelFolder.CHECKPOINT, ClassifierHead.FILE)) {
      assertThat(folder.resolve("out-again").resolve(file))
          .hasSameBinaryContentAs(folder.resolve("out-tuned").resolve(file));
    }
    assertThat(finetune("no", "--lora 2 --head-only").err()).contains("trains no adapters");
    assertThat(finetune("no", "--lora 99").err()).contains("rank 99 is larger");
  }
}

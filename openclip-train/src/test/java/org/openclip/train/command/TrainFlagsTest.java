package org.openclip.train.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openclip.train.command.flag.EffectiveFlags;
import org.openclip.train.command.flag.FinetuneFlags;
import org.openclip.train.command.flag.FlagNames;
import org.openclip.train.command.flag.GivenFlags;
import org.openclip.train.command.flag.ReferenceFlags;
import picocli.CommandLine;

/** How the flags of {@code openclip train} are read, and what they amount to. */
class TrainFlagsTest {
  private static TrainCall call() {
    return new TrainCall(GivenFlags.of(List.of()), ReferenceFlags.sort(List.of()));
  }

  private static List<String> whole(String... arguments) {
    return FlagNames.whole(List.of(arguments), call(), ReferenceFlags.names());
  }

  private static EffectiveFlags effective(String... arguments) {
    CommandLine line = new CommandLine(call()).setOverwrittenOptionsAllowed(true);
    line.parseArgs(whole(arguments).toArray(String[]::new));
    return EffectiveFlags.of(line.getCommandSpec(), Map.of("--beta2", 0.98));
  }

  @Test
  void beginningsOfFlagsAreEnoughWhereTheyAreClear() {
    assertThat(whole("--warm", "4", "--batch=8", "--train-num", "9", "--wandb-p=y"))
        .containsExactly(
            "--warmup",
            "4",
            "--batch-size=8",
            "--train-num-samples",
            "9",
            "--wandb-project-name=y");
    // Flags of our own give way to those of the reference.
    assertThat(whole("--res", "latest")).containsExactly("--resume", "latest");
    assertThat(whole("--shuf", "4")).containsExactly("--shuffle-buffer", "4");
    // What may be several flags stays, and is an error that names the nearest.
    assertThat(whole("--epoch", "3", "--lock-image-f", "--none"))
        .containsExactly("--epoch", "3", "--lock-image-freeze-bn-stats", "--none");
    ColourRuns.Run run = ColourRuns.Run.of("train", "--train-data", "x.tar", "--epoch", "3");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--epoch").contains("--epochs");
    assertThat(FlagNames.whole(List.of("--lin", "x"), new FinetuneFlags(), Set.of("--linear")))
        .containsExactly("--linear", "x");
  }

  @Test
  void aFlagThatIsGivenTwiceTakesTheLast() {
    assertThat(effective("--lr", "1", "--wd-exclude", "a", "b", "--lr", "2", "--wd-exclude", "c"))
        .extracting(EffectiveFlags::values)
        .isEqualTo(Map.of("--lr", "2", "--wd-exclude", "c"));
    assertThat(GivenFlags.of(List.of("--lr", "1", "--lr=2", "--template", "a", "--template", "b")))
        .extracting(GivenFlags::all)
        .isEqualTo(Map.of("--lr", "2", "--template", "a b"));
  }

  @Test
  void flagsAreComparedByWhatTheyAmountTo() {
    EffectiveFlags before =
        effective(
            "--lr=1e-3",
            "--wd",
            "0.2",
            "--precision",
            "amp",
            "--epochs",
            "32",
            "--beta2",
            "0.98",
            "--image-mean",
            "0.5",
            "--force-image-size",
            "32",
            "--aug-cfg",
            "scale=0.5,1.0",
            "color_jitter_prob=0.10");
    EffectiveFlags now =
        effective(
            "--lr",
            "0.0010",
            "--precision",
            "amp_bfloat16",
            "--warmup=10000",
            "--image-mean",
            "0.5",
            "0.50",
            "5e-1",
            "--force-image-size",
            "32",
            "32",
            "--aug-cfg",
            "color_jitter_prob=0.1",
            "scale=0.5,1");

    assertThat(before.values()).doesNotContainKeys("--wd", "--epochs", "--beta2", "--precision");
    assertThat(before.values())
        .containsEntry("--aug-cfg", "color_jitter_prob=0.1 scale=0.5,1")
        .containsEntry("--force-image-size", "32 32");
    assertThat(now.differences(before.values())).isEmpty();
    assertThat(effective("--lr", "0.002", "--siglip").differences(before.values()))
        .containsEntry("--lr", "0.001 -> 0.002")
        .containsEntry("--siglip", "(default) -> true")
        .containsEntry("--image-mean", "0.5 0.5 0.5 -> (default)");
    // Checkpoints used to say what was given, defaults among it, as it was written.
    Map<String, String> older = Map.of("--lr", "1e-3", "--wd", "0.20", "--precision", "amp_bf16");
    assertThat(effective("--lr", "0.001").differences(older)).isEmpty();
    assertThat(effective("--lr", "0.001", "--wd", "0.1").differences(older))
        .isEqualTo(Map.of("--wd", "0.20 -> 0.1"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--batch-size 0",
        "--batch-size -8",
        "--accum-freq 0",
        "--workers -1",
        "--epochs -1",
        "--warmup -1",
        "--lr -0.1",
        "--lr NaN",
        "--wd -1",
        "--beta1 1",
        "--grad-clip-norm 0",
        "--train-num-samples 0",
        "--val-num-samples -5",
        "--val-frequency -1",
        "--zeroshot-frequency -1",
        "--save-frequency -1",
        "--shuffle-buffer 0",
        "--threads -1",
        "--max-image-pixels -1",
        "--train-loss-ema-samples -1",
        "--force-patch-dropout 1",
        "--lock-image-unlocked-groups -1",
        "--remote-sync-frequency 0"
      })
  void numbersOutOfBoundsAreWrongUsage(String flag) {
    String[] parts = flag.split(" ", -1);
    ColourRuns.Run run =
        ColourRuns.Run.of("train", "--train-data", "x.tar", "--logs", "none", parts[0], parts[1]);

    assertThat(run.code()).as(run.err()).isEqualTo(2);
    assertThat(run.err()).contains(parts[0]).contains("must be");
  }

  @ParameterizedTest
  @CsvSource({
    "--openai-pretrained, --pretrained openai",
    "--dp, leave it out",
    "--multigpu, leave it out",
    "--gpu, --device cuda:N",
    "--skip-aggregate, leave it out",
    "--regression-frequency, --linear-probe",
    "--C, --linear-probe"
  })
  void namesOfOlderVersionsAreKnown(String flag, String hint) {
    ColourRuns.Run run = ColourRuns.Run.of("train", "--train-data", "x.tar", flag, "1");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).startsWith("openclip: " + flag + " is not supported").contains(hint);
  }

  @Test
  void commandsOfTheShellNeedAFlag() {
    ColourRuns.Run run =
        ColourRuns.Run.of(
            "train",
            "--train-data",
            "pipe:aws s3 cp s3://bucket/{000..010}.tar -",
            "--train-num-samples",
            "9");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("--allow-pipe").contains("s3://bucket/000.tar");
  }
}

package org.openclip.hub.cli.command.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.openclip.hub.OpenClip;
import org.openclip.hub.cli.CommandLineRun;
import org.openclip.hub.cli.Main;
import org.openclip.hub.io.JsonObjects;

/** {@code openclip pretrained} lists the tags and filters them. */
class PretrainedCommandTest {
  @Test
  void listsEveryPair() {
    assertThat(CommandLineRun.of("pretrained", "--format", "names").out().lines())
        .hasSizeGreaterThan(201)
        .startsWith("emoji-RN:embedded", "RN50:openai", "RN50:yfcc15m")
        .contains("ViT-B-32:laion2b_s34b_b79k", "ViT-B-32-quickgelu:openai");
  }

  @Test
  void filtersByModelTagAndPattern() {
    assertThat(CommandLineRun.of("pretrained", "-m", "ViT-B/16", "-f", "names").out().lines())
        .hasSize(15)
        .allMatch(line -> line.startsWith("ViT-B-16:"));
    assertThat(CommandLineRun.of("pretrained", "-t", "Laion400M-E31", "-f", "names").out().lines())
        .containsExactly(
            "ViT-B-32:laion400m_e31",
            "ViT-B-16:laion400m_e31",
            "ViT-B-16-plus-240:laion400m_e31",
            "ViT-L-14:laion400m_e31",
            "ViT-B-32-quickgelu:laion400m_e31");
    assertThat(CommandLineRun.of("pretrained", "*siglip2*naflex:*", "-f", "names").out().lines())
        .containsExactly("ViT-B-16-SigLIP2-naflex:webli", "ViT-SO400M-16-SigLIP2-naflex:webli");
  }

  @Test
  void aTableForPeople() {
    assertThat(CommandLineRun.of("pretrained", "ViT-B-32:openai").out())
        .isEqualToNormalizingNewlines(
            """
            model     tag     activation  pictures          where
            ViT-B-32  openai  quickgelu   bicubic shortest  hf-hub:timm/vit_base_patch32_clip_224.openai
            """);
  }

  @Test
  void anObjectALineForPrograms() {
    String line =
        CommandLineRun.of("pretrained", "ViT-B-32:laion400m_e31", "-f", "json").out().strip();

    assertThat(JsonObjects.parse("out", 0, line.getBytes(UTF_8)))
        .containsEntry("model", "ViT-B-32")
        .containsEntry("quick_gelu", true)
        .hasEntrySatisfying("locations", l -> assertThat(l).asString().contains("#sha256=d867053b"))
        .hasEntrySatisfying("preprocess_cfg", p -> assertThat(p).asString().contains("0.48145466"));
  }

  @Test
  void nothingLikeThatIsAFailure() {
    CommandLineRun run = CommandLineRun.of("pretrained", "laion9b");

    assertThat(run.code()).isEqualTo(Main.FAILURE);
    assertThat(run.err()).contains("none of the " + OpenClip.pretrained().all().size());
  }

  @Test
  void aTypoIsAnsweredWithTheNearestName() {
    assertThat(CommandLineRun.of("pretrained", "-m", "ViT-B-31").err())
        .contains("unknown model with pretrained weights 'ViT-B-31'; did you mean ViT-B-32");
    assertThat(CommandLineRun.of("pretrained", "-t", "opneai").err())
        .contains("unknown pretrained tag 'opneai'; did you mean openai?");
  }

  @Test
  void modelsShowTheirTags() {
    assertThat(CommandLineRun.of("models", "ViT-B-32", "-f", "json").out().lines())
        .filteredOn(line -> line.contains("\"ViT-B-32\""))
        .singleElement()
        .asString()
        .contains("laion2b_s34b_b79k");
    assertThat(CommandLineRun.of("models", "ViT-B-32-256").out()).containsPattern("512\\s+1\\s");
  }
}

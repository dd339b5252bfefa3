package org.openclip.hub.cli.command.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openclip.hub.OpenClip;
import org.openclip.hub.cli.CommandLineRun;

@Tag("once")
class ModelsCommandTest {
  @Test
  void everyModelIsListedWithItsSize() {
    CommandLineRun run = CommandLineRun.of("models");

    assertThat(run.code()).isZero();
    assertThat(run.lines()).hasSize(5 + OpenClip.models().size());
    assertThat(run.lines().get(0)).startsWith("model ").contains("total M");
    int pictures = run.lines().indexOf("");
    assertThat(run.lines().subList(1, pictures))
        .allMatch(line -> line.matches("\\S+( +\\d+\\.\\d\\d){6} .*"), "six sizes");
    assertThat(run.lines())
        .anyMatch(line -> line.matches("ViT-B-32 +87\\.85 +63\\.43 +151\\.28 .* 224 +77 +512.*"));
  }

  @Test
  void jsonHasWholeCounts() {
    CommandLineRun run = CommandLineRun.of("models", "ViT-B-32", "--format", "json");

    assertThat(run.objects()).isNotEmpty();
    Map<String, Object> model =
        run.objects().stream()
            .filter(object -> "ViT-B-32".equals(object.get("name")))
            .findFirst()
            .orElseThrow();
    assertThat(model)
        .containsEntry("image_parameters", 87_849_216)
        .containsEntry("text_parameters", 63_428_096)
        .containsEntry("parameters", 151_277_313)
        .containsEntry("image_height", 224)
        .containsEntry("context_length", 77)
        .containsEntry("embed_dim", 512);
  }

  @Test
  void whatIsNotProvedIsSaid() {
    CommandLineRun table = CommandLineRun.of("models", "metaclip-2-*worldwide-s16");
    CommandLineRun json =
        CommandLineRun.of("models", "metaclip-2-*worldwide-s16", "--format", "json");

    assertThat(table.lines()).hasSize(3);
    assertThat(table.lines().get(0)).endsWith("tags      note");
    assertThat(table.lines().get(1)).startsWith("metaclip-2-worldwide-s16 ").endsWith(" 1");
    assertThat(table.lines().get(2))
        .startsWith("metaclip-2-mt5-worldwide-s16 ")
        .endsWith(" unproved");
    assertThat(json.objects().get(0)).doesNotContainKey("unproved");
    assertThat(json.objects().get(1)).containsEntry("unproved", "its tokenizer was not run here");
  }

  @Test
  void patternsChooseByAPartOrByTheWholeName() {
    assertThat(CommandLineRun.of("models", "VIT-b-32-quick", "-f", "names").lines())
        .containsExactly("ViT-B-32-quickgelu");
    assertThat(CommandLineRun.of("models", "ViT-B/32-quick", "-f", "names").lines())
        .as("a slash for a dash, as OpenAI writes it")
        .containsExactly("ViT-B-32-quickgelu");
    assertThat(CommandLineRun.of("models", "vit-?-16", "-f", "names").lines())
        .contains("ViT-B-16", "ViT-L-16", "ViT-S-16")
        .doesNotContain("ViT-B-16-quickgelu");
    assertThat(CommandLineRun.of("models", "ViT-B-32", "ViT-*-quickgelu", "-f", "names").lines())
        .contains("ViT-B-32", "ViT-B-32-quickgelu", "ViT-H-14-quickgelu");
    assertThat(CommandLineRun.of("models", "-f", "names").lines()).isEqualTo(OpenClip.models());
  }

  @Test
  void noneLikeThatIsAFailure() {
    CommandLineRun run = CommandLineRun.of("models", "gpt");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .contains("none of the " + OpenClip.models().size() + " models matches gpt");
  }
}

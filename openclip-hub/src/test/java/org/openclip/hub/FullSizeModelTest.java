package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.hub.model.FreshWeights;
import org.openclip.hub.model.ModelFolder;
import org.openclip.testkit.Fixtures;
import org.openclip.testkit.JavaProcess;

/** What a model of 151 million parameters costs, in a process of its own. */
@Tag("once")
@EnabledOnOs(value = OS.LINUX, disabledReason = "only Linux says what memory is anonymous")
class FullSizeModelTest {
  @TempDir Path folder;

  @Test
  void openingIsSmallAndThreadsShareTheModel() throws Exception {
    ModelBuilder paper = OpenClip.model("ViT-B-32");
    ModelFolder.write(
        folder,
        paper.architecture().config(),
        paper.preprocessing(),
        FreshWeights.hash(paper.architecture()));

    JavaProcess.Run run =
        new JavaProcess(folder)
            .run(
                FullSizeProbe.class,
                folder.toString(),
                Fixtures.path("preprocess/images/cat.png").toAbsolutePath().toString());

    assertThat(run.code()).as(run.err()).isZero();
    Map<String, String[]> told =
        run.out()
            .lines()
            .map(line -> line.split(" ", -1))
            .collect(Collectors.toMap(words -> words[0], words -> words));
    assertThat(told).containsOnlyKeys("opened", "same", "anonymous");
    assertThat(told.get("same")[1]).isEqualTo("true");
    long weights = Files.size(folder.resolve(ModelFolder.CHECKPOINT));
    assertThat(Long.parseLong(told.get("anonymous")[1]) * 1024)
        .as("bytes of anonymous memory at the peak")
        .isBetween(100_000_000L, weights * 12 / 10 + 250_000_000);
  }
}

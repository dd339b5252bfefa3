package org.openclip.hub.cli.command.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.cli.CommandLineRun;
import org.openclip.hub.testkit.TinyModels;

class ExportCommandTest {
  @TempDir Path folder;

  @Test
  void listsItsFilesAndSparesAFolderInUse() {
    String backend = PluginRegistry.create().all(BackendProvider.class).get(0).name();
    Path model = folder.resolve("tiny");
    TinyModels.write(model);
    String exported = folder.resolve("files").toString();
    String[] command = {"export", "--backend", backend, "--model", model.toString(), exported};

    CommandLineRun first = CommandLineRun.of(command);
    CommandLineRun again = CommandLineRun.of(command);

    assertThat(first.code()).as(first.err()).isZero();
    assertThat(first.out().lines()).hasSize(4).last().asString().contains("openclip.json");
    assertThat(again.code()).isEqualTo(1);
    assertThat(again.err()).contains("is not empty").contains("--force");
  }
}

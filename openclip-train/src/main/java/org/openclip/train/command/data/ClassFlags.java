package org.openclip.train.command.data;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openclip.hub.cli.PromptOptions;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The flags of class names and prompt templates for labelled images. */
public final class ClassFlags {
  @Option(
      names = "--class-names",
      paramLabel = "FILE",
      description = {
        "A file with the names of all classes, one per line. Class folders and cls files of shards"
            + " then contain the line number, from 0. A class may have no folder."
      })
  private @Nullable Path names;

  @Mixin private PromptOptions prompts = new PromptOptions("imagenet80");

  /** Returns the file of the names of all classes; null without one. */
  public @Nullable Path names() {
    return names;
  }

  /** Returns texts with {@code {}} in the place of the class. */
  public List<String> templates() {
    return prompts.templates();
  }
}

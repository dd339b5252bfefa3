package org.openclip.train.command;

import java.util.ArrayList;
import java.util.List;
import org.openclip.hub.cli.Prompts;
import picocli.CommandLine.Option;

/** The flags of the prompts that name classes. */
final class PromptFlags {
  @Option(
      names = "--templates",
      paramLabel = "LIST",
      description =
          "The prompt templates: imagenet80, imagenet7, none, or a file. Default: imagenet80.")
  private String templates = "imagenet80";

  @Option(
      names = "--template",
      paramLabel = "TEXT",
      description = "A prompt template, with {} for the class name. May be repeated.")
  private List<String> template = new ArrayList<>();

  /** Returns texts with {@code {}} in the place of the class. */
  List<String> templates() {
    return template.isEmpty() ? Prompts.templates(templates) : List.copyOf(template);
  }
}

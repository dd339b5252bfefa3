package org.openclip.hub.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The options of prompt templates. */
public final class PromptOptions {
  @Option(
      names = {"-t", "--templates"},
      paramLabel = "NAME",
      description = {
        "The prompt templates, averaged for each class: none, imagenet80, imagenet7, or a file"
            + " with a template per line, with {} for the class name. Default: ${DEFAULT-VALUE}."
      })
  private String templates;

  @Option(
      names = "--template",
      paramLabel = "TEXT",
      description = "A prompt template, with {} for the class name. May be repeated.")
  private List<String> template = new ArrayList<>();

  /**
   * Creates the options.
   *
   * @param usual the templates unless told otherwise, as {@link Prompts#templates} takes them
   */
  public PromptOptions(String usual) {
    templates = usual;
  }

  /** Returns texts with {@code {}} in the place of the class. */
  public List<String> templates() {
    return template.isEmpty() ? Prompts.templates(templates) : List.copyOf(template);
  }
}

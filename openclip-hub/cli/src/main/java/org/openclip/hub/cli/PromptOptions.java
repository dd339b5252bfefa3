package org.openclip.hub.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The options of the prompts that stand for classes. */
public final class PromptOptions {
  @Option(
      names = {"-t", "--templates"},
      paramLabel = "NAME",
      description = {
        "The prompts that are averaged for each class: none, imagenet80, imagenet7, or a file with"
            + " a text on each line and {} in the place of the class. Default: ${DEFAULT-VALUE}."
      })
  private String templates;

  @Option(
      names = "--template",
      paramLabel = "TEXT",
      description = "One template, with {} for the class. May be repeated.")
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

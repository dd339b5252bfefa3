package org.openclip.hub.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.InvalidInputException;
import org.openclip.api.UnknownNameException;
import org.openclip.hub.io.JsonObjects;

@Tag("once")
class PromptsTest {
  @TempDir Path folder;

  private static List<?> reference(String key) {
    String folder = Objects.requireNonNull(System.getProperty("openclip.reference"));
    Map<String, Object> facts = JsonObjects.read(Path.of(folder, "imagenet-zero-shot.json"));
    return (List<?>) Objects.requireNonNull(facts.get(key));
  }

  @Test
  void imageNetsListsAreThoseOfTheReference() {
    assertThat(Prompts.templates("imagenet80")).hasSize(80).isEqualTo(reference("templates"));
    assertThat(Prompts.templates("imagenet7")).hasSize(7).isEqualTo(reference("simple"));
    assertThat(Prompts.labels("imagenet"))
        .hasSize(998)
        .containsExactlyElementsOf(
            reference("classnames").stream().map(String.class::cast).distinct().toList());
    assertThat(Prompts.templates("none")).containsExactly("{}");
  }

  @Test
  void aFileHoldsOtherLists() throws IOException {
    Path file = Files.writeString(folder.resolve("x"), "a {} in snow\na {} at night\n");

    assertThat(Prompts.templates(file.toString())).containsExactly("a {} in snow", "a {} at night");
    assertThat(Prompts.labels(file.toString())).hasSize(2);
  }

  @Test
  void unknownAndEmptyListsAreRefused() throws IOException {
    Path empty = Files.createFile(folder.resolve("empty"));

    assertThatThrownBy(() -> Prompts.templates("imagenet81"))
        .isInstanceOf(UnknownNameException.class)
        .hasMessageContaining("did you mean imagenet80");
    assertThatThrownBy(() -> Prompts.templates(empty.toString()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("is empty");
  }
}

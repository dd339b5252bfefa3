package org.openclip.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Markdown becomes pages whose links lead to pages. */
class PageTest {
  @TempDir Path project;

  @BeforeEach
  void makeFile() throws IOException {
    Files.writeString(project.resolve("pom.xml"), "");
  }

  private String body(String text) {
    Page page = new Page("docs/a.md", text);
    Page index = new Page("README.md", "# Index of `all`");
    return page.body(new PageLinks(project, List.of(page, index), "https://example.com/main/"));
  }

  @Test
  void linksLeadToPagesOrToTheRepository() {
    assertThat(body("[a](../README.md#x) [b](#y) [c](https://example.com) [d](../pom.xml)"))
        .contains("\"../index.html#x\"", "\"#y\"", "\"https://example.com\"")
        .contains("\"https://example.com/main/pom.xml\"");
  }

  @Test
  void aLinkToNothingIsAnError() {
    assertThatThrownBy(() -> body("[a](b.md)")).hasMessageContaining("docs/a.md links to b.md");
  }

  @Test
  void headingsHaveTheAnchorsOfGitHub() {
    assertThat(body("# Fine-tuning (WiSE-FT)\n## Options (`a.b`)\n## A\n## A\n"))
        .contains("id=\"fine-tuning-wise-ft\"", "id=\"options-ab\"", "id=\"a\"", "id=\"a-1\"");
  }

  @Test
  void otherFilesAreShownAsTheyAre() {
    Page page = new Page("docs/A.java", "List<String> a;");
    assertThat(page.target()).isEqualTo("docs/A.java.html");
    assertThat(page.body(new PageLinks(project, List.of(), "")))
        .contains("<h1>A.java</h1>", "List&lt;String&gt; a;");
    assertThat(new Page("README.md", "# Index of `all`").title()).isEqualTo("Index of all");
  }
}

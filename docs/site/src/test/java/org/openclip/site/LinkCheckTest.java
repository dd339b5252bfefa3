package org.openclip.site;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Broken links of a site are found, and no others. */
class LinkCheckTest {
  @TempDir Path site;

  @Test
  void findsMissingFilesAndAnchors() throws IOException {
    Files.createDirectories(site.resolve("docs"));
    Files.writeString(site.resolve("a.css"), "");
    Files.writeString(
        site.resolve("index.html"),
        """
        <link rel="stylesheet" href="a.css"><h1 id="top">x</h1> <a href="https://example.com/x">x</a>
        <a href="#top">x</a> <a href="docs/b.html#run(java.util.List)">x</a> <a href="docs">x</a>
        <a href="docs/c.html">x</a> <a href="#bottom">x</a> <img src="none.png" alt="x">
        """);
    Files.writeString(
        site.resolve("docs/b.html"),
        "<b id=\"run(java.util.List)\">x</b> <a href='x'>x</a> <a href=\"../../b.html\">x</a>");

    assertThat(new LinkCheck(site).broken())
        .containsExactly(
            "docs/b.html: ../../b.html",
            "index.html: #bottom",
            "index.html: docs",
            "index.html: docs/c.html",
            "index.html: none.png");
  }
}

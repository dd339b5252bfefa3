package org.openclip.site;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.Node;

/**
 * A page of the site, made of a Markdown file, or of any other text, which is shown as it is.
 *
 * @param source the path of the file in the project
 * @param text its content
 */
record Page(String source, String text) {
  static Page read(Path project, String source) {
    try {
      return new Page(source, Files.readString(project.resolve(source)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean isMarkdown() {
    return source.endsWith(".md");
  }

  /** Returns the path of the page in the site. */
  String target() {
    return isMarkdown()
        ? source.replaceAll("README\\.md$", "index.md").replaceAll("\\.md$", ".html")
        : source + ".html";
  }

  /** Returns the way from the page up to the root of the site; empty for a page in the root. */
  String root() {
    return "../".repeat((int) target().chars().filter(c -> c == '/').count());
  }

  /** Returns the first heading, or the name of the file. */
  String title() {
    return isMarkdown()
        ? text.lines()
            .filter(line -> line.startsWith("# "))
            .findFirst()
            .map(line -> line.substring(2).replace("`", ""))
            .orElse(source)
        : source.substring(source.lastIndexOf('/') + 1);
  }

  /** Returns the content as HTML, with links to the other pages of the site. */
  String body(PageLinks links) {
    if (isMarkdown()) {
      Node document = Markdown.parse(text);
      document.accept(links.in(this));
      return Markdown.render(document);
    }
    FencedCodeBlock code = new FencedCodeBlock();
    code.setLiteral(text);
    return "<h1>" + title() + "</h1>\n" + Markdown.render(code);
  }
}

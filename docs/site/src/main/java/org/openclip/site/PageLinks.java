package org.openclip.site;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Link;

/** Points the links between files of the project to the pages that are made of them. */
final class PageLinks {
  private final Path project;
  private final Map<String, Page> pages;
  private final String repository;

  /**
   * @param repository the address of the files that the site does not have
   */
  PageLinks(Path project, List<Page> pages, String repository) {
    this.project = project;
    this.pages = pages.stream().collect(Collectors.toMap(Page::source, Function.identity()));
    this.repository = repository;
  }

  /** Returns a visitor that changes the links of a page. */
  AbstractVisitor in(Page page) {
    return new AbstractVisitor() {
      @Override
      public void visit(Link link) {
        link.setDestination(destination(page, link.getDestination()));
        visitChildren(link);
      }
    };
  }

  private String destination(Page page, String written) {
    if (written.startsWith("#") || written.matches("[a-z]+:.*")) {
      return written;
    }
    String file = written.replaceAll("#.*", "");
    String fragment = written.substring(file.length());
    Path path = Path.of(page.source()).resolveSibling(file).normalize();
    String source = path.toString().replace('\\', '/');
    Page linked = pages.get(source);
    if (linked != null) {
      return page.root() + linked.target() + fragment;
    }
    if (!Files.exists(project.resolve(path))) {
      throw new IllegalStateException(
          page.source() + " links to " + written + ", which is missing");
    }
    return repository + source + fragment;
  }
}

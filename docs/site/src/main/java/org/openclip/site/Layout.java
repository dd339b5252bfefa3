package org.openclip.site;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** What all pages have around their content: the title and the list of pages. */
final class Layout {
  /** The index of the documentation lists its pages in the order in which they are shown. */
  private static final Pattern LISTED = Pattern.compile("\\]\\(([^)#]+\\.md)\\)");

  private final List<Page> listed;

  Layout(List<Page> pages) {
    Set<String> sources = new LinkedHashSet<>(List.of("README.md", "docs/README.md"));
    Page index =
        pages.stream().filter(p -> p.source().equals("docs/README.md")).findFirst().orElseThrow();
    LISTED.matcher(index.text()).results().forEach(link -> sources.add("docs/" + link.group(1)));
    sources.addAll(List.of("CONTRIBUTING.md", "CHANGELOG.md"));
    listed =
        sources.stream()
            .flatMap(source -> pages.stream().filter(page -> page.source().equals(source)))
            .toList();
  }

  /** Returns the whole page. */
  String html(Page page, String body) {
    String root = page.root();
    StringBuilder links = new StringBuilder(link(root + "api/index.html", "Javadoc", false));
    for (Page each : listed) {
      links.append(link(root + each.target(), each.title(), each.equals(page)));
    }
    return """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>%s</title>
    <link rel="stylesheet" href="%ssite.css">
    </head>
    <body>
    <nav>
    <ul>
    %s</ul>
    </nav>
    <main>
    %s</main>
    </body>
    </html>
    """
        .formatted(page.title(), root, links, body);
  }

  private static String link(String target, String title, boolean current) {
    return "<li><a href=\"%s\"%s>%s</a></li>\n"
        .formatted(target, current ? " aria-current=\"page\"" : "", title);
  }
}

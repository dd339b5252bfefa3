package org.openclip.site;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** The program that writes the site. */
public final class Site {
  private static final List<String> ROOT_PAGES =
      List.of("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE");

  private Site() {}

  /**
   * Writes the site and checks its links.
   *
   * @param arguments the root of the project, the folder of the site, and the URL of the repository
   */
  public static void main(String[] arguments) throws IOException {
    Path project = Path.of(arguments[0]);
    Path out = Path.of(arguments[1]);
    List<Page> pages =
        Stream.concat(ROOT_PAGES.stream(), files(project, ".*\\.md|samples/.*"))
            .map(source -> Page.read(project, source))
            .toList();
    PageLinks links = new PageLinks(project, pages, arguments[2] + "/blob/main/");
    Layout layout = new Layout(pages);
    for (Page page : pages) {
      Path file = out.resolve(page.target());
      Files.createDirectories(file.getParent());
      Files.writeString(file, layout.html(page, page.body(links)));
    }
    for (String asset : files(project, ".*\\.(png|jpg|svg)").toList()) {
      copy(Files.newInputStream(project.resolve(asset)), out.resolve(asset));
    }
    copy(
        Objects.requireNonNull(Site.class.getResourceAsStream("site.css")),
        out.resolve("site.css"));
    List<String> broken = new LinkCheck(out).broken();
    if (!broken.isEmpty()) {
      throw new IllegalStateException(
          broken.size() + " broken links in the site:\n" + String.join("\n", broken));
    }
    System.out.println(pages.size() + " pages beside the Javadoc: " + out.resolve("index.html"));
  }

  /** Returns the names of files in docs that match, but not those of this program. */
  private static Stream<String> files(Path project, String pattern) throws IOException {
    Path docs = project.resolve("docs");
    try (Stream<Path> files = Files.walk(docs)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> docs.relativize(file).toString().replace('\\', '/'))
          .filter(name -> name.matches(pattern) && !name.startsWith("site/"))
          .sorted()
          .map(name -> "docs/" + name)
          .toList()
          .stream();
    }
  }

  private static void copy(InputStream from, Path to) throws IOException {
    try (from) {
      Files.createDirectories(to.getParent());
      Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}

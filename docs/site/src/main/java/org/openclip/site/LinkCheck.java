package org.openclip.site;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds the links between the files of a site that lead to no file, or to no anchor in it. */
final class LinkCheck {
  private static final Pattern LINK = Pattern.compile("<[^>]*?\\s(?:href|src)=\"([^\"]*)\"");
  private static final Pattern ANCHOR = Pattern.compile("<[^>]*?\\s(?:id|name)=\"([^\"]+)\"");

  private final Path site;
  private final Map<Path, Set<String>> anchors = new HashMap<>();

  LinkCheck(Path site) {
    this.site = site;
  }

  /** Returns each broken link with the file that has it. */
  List<String> broken() throws IOException {
    List<Path> pages;
    try (Stream<Path> files = Files.walk(site)) {
      pages = files.filter(file -> file.toString().endsWith(".html")).sorted().toList();
    }
    List<String> broken = new ArrayList<>();
    for (Path page : pages) {
      Set<String> links = new TreeSet<>();
      Matcher matcher = LINK.matcher(Files.readString(page));
      while (matcher.find()) {
        links.add(matcher.group(1));
      }
      for (String link : links) {
        if (!link.matches("(?:[a-z]+:|//).*") && !leads(page, link)) {
          broken.add(site.relativize(page) + ": " + link);
        }
      }
    }
    return broken;
  }

  private boolean leads(Path page, String link) throws IOException {
    String text = link.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">");
    String name = text.replaceAll("[#?].*", "");
    Path file = name.isEmpty() ? page : page.resolveSibling(decoded(name)).normalize();
    if (!file.startsWith(site) || !Files.isRegularFile(file)) {
      return false;
    }
    int at = text.indexOf('#');
    return at < 0
        || at + 1 == text.length()
        || anchors(file).contains(decoded(text.substring(at + 1)));
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private Set<String> anchors(Path file) throws IOException {
    Set<String> known = anchors.get(file);
    if (known == null) {
      known = new HashSet<>();
      Matcher matcher = ANCHOR.matcher(Files.readString(file));
      while (matcher.find()) {
        known.add(matcher.group(1).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"));
      }
      anchors.put(file, known);
    }
    return known;
  }
}

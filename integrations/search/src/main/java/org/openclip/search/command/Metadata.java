package org.openclip.search.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.hub.cli.TextLines;
import org.openclip.hub.io.JsonObjects;
import org.openclip.search.FolderUpdate;
import org.openclip.search.facts.IndexedPicture;
import org.openclip.search.facts.PictureFacts;

/**
 * What users tell about their pictures: a file of JSON lines, each with the path of a picture and
 * what is known about it, and text files beside pictures, with their captions.
 */
final class Metadata implements PictureFacts {
  private static final int MOST_CAPTION = 1 << 20;

  private final Map<String, Map<String, Object>> lines = new HashMap<>();
  private final Set<String> used = new HashSet<>();
  private final boolean captions;

  /**
   * Reads the lines.
   *
   * @param file null for none
   * @param captions whether a text file beside a picture is its caption
   */
  Metadata(@Nullable String file, boolean captions) {
    this.captions = captions;
    if (file != null) {
      read(file);
    }
  }

  private void read(String file) {
    TextLines.forEach(
        file,
        line -> {
          Map<String, Object> object =
              JsonObjects.parse(
                  file + ", line " + (lines.size() + 1), 0, line.getBytes(StandardCharsets.UTF_8));
          if (!(object.get("path") instanceof String path) || path.isBlank()) {
            throw new InvalidFileException(
                file, -1, "has a line without the path of a picture: " + line);
          }
          if (lines.put(path, object) != null) {
            throw new InvalidFileException(file, -1, "has two lines for " + path);
          }
        });
  }

  @Override
  public IndexedPicture about(Path root, Path file, IndexedPicture bare) {
    IndexedPicture picture = bare;
    if (captions) {
      picture = picture.withCaption(beside(file));
    }
    String inner = root.relativize(file).toString().replace('\\', '/');
    for (String name : List.of(inner, file.toString(), FolderUpdate.key(file))) {
      Map<String, Object> line = lines.get(name);
      if (line != null) {
        used.add(name);
        return with(picture, line);
      }
    }
    return picture;
  }

  private static IndexedPicture with(IndexedPicture bare, Map<String, Object> line) {
    IndexedPicture picture = bare;
    Map<String, Object> fields = new LinkedHashMap<>();
    for (Map.Entry<String, Object> entry : line.entrySet()) {
      Object value = entry.getValue();
      switch (entry.getKey()) {
        case "path" -> {}
        case "caption" -> picture = picture.withCaption(String.valueOf(value));
        case "tags" -> picture = picture.withTags(tags(value));
        case "tag" ->
            throw new InvalidInputException(
                "%s has a field 'tag'; name it 'tags' and make it a list".formatted(bare.path()));
        default -> {
          if (value != null) {
            fields.put(entry.getKey().toLowerCase(Locale.ROOT), value);
          }
        }
      }
    }
    return picture.withFields(fields);
  }

  private static List<String> tags(Object value) {
    return value instanceof List<?> list
        ? list.stream().map(String::valueOf).toList()
        : List.of(String.valueOf(value).strip().split("\\s*[,;]\\s*"));
  }

  private static String beside(Path picture) {
    String name = picture.getFileName().toString();
    Path text = picture.resolveSibling(name.substring(0, name.lastIndexOf('.') + 1) + "txt");
    if (!Files.isRegularFile(text)) {
      return "";
    }
    try {
      if (Files.size(text) > MOST_CAPTION) {
        throw new InvalidInputException(
            text + " has more than " + MOST_CAPTION + " bytes, the limit for a caption");
      }
      return Files.readString(text, StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new InvalidInputException(text + " is not a UTF-8 caption: " + e, e);
    }
  }

  /** Returns how many lines were about no picture so far. */
  long unused() {
    return (long) lines.size() - used.size();
  }
}

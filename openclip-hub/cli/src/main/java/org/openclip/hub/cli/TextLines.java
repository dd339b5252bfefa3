package org.openclip.hub.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.hub.io.Missing;

/** Reads UTF-8 files with a text or a path on each line; {@code -} is the standard input. */
public final class TextLines {
  /** The longest line that is taken for a text, in characters. */
  private static final int MOST_CHARACTERS = 1 << 20;

  private TextLines() {}

  /**
   * Returns the lines that are not blank, without white space around them.
   *
   * @throws InvalidInputException when the file is missing or cannot be read
   */
  public static List<String> read(String file) {
    List<String> lines = new ArrayList<>();
    forEach(file, lines::add);
    return lines;
  }

  /** Hands over the lines that are not blank one by one, without white space around them. */
  public static void forEach(String file, Consumer<String> each) {
    forEachRow(
        file,
        line -> {
          if (!line.isBlank()) {
            each.accept(line.strip());
          }
        });
  }

  /**
   * Hands over every line as it is, blank ones too, so that rows of a result are those of the file.
   * A file may be larger than memory.
   *
   * @throws InvalidInputException when the file is missing or cannot be read
   */
  public static void forEachRow(String file, Consumer<String> each) {
    read(file, BufferedReader::readLine, each);
  }

  /**
   * Hands over the names of a file that each end with a zero byte; a name may have line breaks.
   *
   * @throws InvalidInputException when the file is missing or cannot be read
   */
  public static void forEachEnded(String file, Consumer<String> each) {
    read(file, TextLines::upToZero, each);
  }

  /** What takes the next piece of a text; null at its end. */
  private interface Pieces {
    @Nullable String next(BufferedReader reader) throws IOException;
  }

  private static @Nullable String upToZero(BufferedReader reader) throws IOException {
    StringBuilder name = new StringBuilder();
    int c = reader.read();
    if (c < 0) {
      return null;
    }
    for (; c > 0 && name.length() <= MOST_CHARACTERS; c = reader.read()) {
      name.append((char) c);
    }
    return name.toString();
  }

  private static void read(String file, Pieces pieces, Consumer<String> each) {
    try (InputStream stream = open(file);
        BufferedReader reader =
            new BufferedReader(
                new InputStreamReader(
                    stream,
                    StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT)))) {
      long number = 0;
      for (String line = pieces.next(reader); line != null; line = pieces.next(reader)) {
        number++;
        if (line.length() > MOST_CHARACTERS) {
          throw new InvalidFileException(
              file,
              -1,
              "line %s has %s characters, but the limit is %s; check that it is a text file"
                  .formatted(number, line.length(), MOST_CHARACTERS));
        }
        each.accept(number == 1 && line.startsWith("\uFEFF") ? line.substring(1) : line);
      }
    } catch (CharacterCodingException e) {
      throw new InvalidFileException(file, -1, "is not UTF-8 text; convert it first", e);
    } catch (IOException e) {
      throw new InvalidInputException(file + " cannot be read: " + e, e);
    }
  }

  private static InputStream open(String file) throws IOException {
    if (file.equals("-")) {
      return System.in;
    }
    Path path = PictureArguments.path(file);
    if (!Files.isRegularFile(path) && !Files.isReadable(path)) {
      throw Missing.file(path);
    }
    if (Files.isDirectory(path)) {
      throw new InvalidInputException(file + " is a folder, but must be a text file");
    }
    return Files.newInputStream(path);
  }
}

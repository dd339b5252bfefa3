package org.openclip.train.shard;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidFileException;
import org.openclip.api.InvalidInputException;
import org.openclip.hub.io.JsonObjects;
import org.openclip.train.data.Sample;
import org.openclip.train.file.CaptionFile;

/**
 * Chooses the sound and the caption of a sample as the reference does. The caption is in the {@code
 * json}, else in the {@code txt}, else in the {@code cls}. A JSON object has it under {@code text}
 * or {@code caption}: one text, or several of which one is drawn whenever the sample comes by.
 *
 * @param sounds the file name extensions of what may be the sound; the first that is there is
 */
public record SoundMembers(List<String> sounds) implements SampleMembers {
  private static final List<String> CAPTIONS = List.of("json", "txt", "cls");

  /** Copies the list, which must not be empty. */
  public SoundMembers {
    sounds = List.copyOf(sounds);
    if (sounds.isEmpty()) {
      throw new InvalidInputException("a sample needs the name of a sound");
    }
  }

  @Override
  public Sample sample(ShardReader.Group group, SplittableRandom random) {
    Map<String, byte[]> files = group.files();
    byte[] caption = Members.first(files, CAPTIONS);
    if (caption == null) {
      throw Members.missing("no caption (" + CAPTIONS + ")", CAPTIONS, group);
    }
    byte[] sound = Members.first(files, sounds);
    if (sound == null) {
      throw Members.missing("no sound (" + sounds + ")", sounds, group);
    }
    return new Sample(group.name(), Sample.Picture.of(sound), caption(group.name(), caption));
  }

  private static Sample.Caption caption(String name, byte[] bytes) {
    String text = CaptionFile.text(bytes).strip();
    if (text.isEmpty()) {
      throw new InvalidInputException("its caption is empty");
    }
    Map<String, Object> object = text.startsWith("{") ? object(name, bytes) : null;
    return object == null
        ? Sample.Caption.of(unquoted(name, text))
        : Sample.Caption.of(texts(object));
  }

  /** Returns an object; null for a text that only begins like one. */
  private static @Nullable Map<String, Object> object(String name, byte[] bytes) {
    try {
      return JsonObjects.parsePython(name, bytes);
    } catch (InvalidFileException e) {
      return null;
    }
  }

  /** Returns a text, which may be a JSON string. */
  private static String unquoted(String name, String text) {
    if (!text.startsWith("\"")) {
      return text;
    }
    Map<String, Object> wrapped =
        object(name, ("{\"text\":" + text + "}").getBytes(StandardCharsets.UTF_8));
    return wrapped != null && wrapped.size() == 1 && wrapped.get("text") instanceof String inner
        ? inner
        : text;
  }

  private static List<String> texts(Map<String, Object> object) {
    Object found = object.containsKey("text") ? object.get("text") : object.get("caption");
    List<String> texts = new ArrayList<>();
    for (Object each : found instanceof List<?> several ? several : Arrays.asList(found)) {
      if (each instanceof String text && !text.isBlank()) {
        texts.add(text);
      } else {
        throw new InvalidInputException(
            "its .json has no text in 'text' or 'caption' but " + object.keySet());
      }
    }
    if (texts.isEmpty()) {
      throw new InvalidInputException("its .json has an empty list of captions");
    }
    return texts;
  }
}

package org.openclip.train.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.Summary;

/** TensorFlow's own messages read what is written. */
class TensorBoardFileTest {
  @TempDir Path folder;

  private static int masked(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    long value = crc.getValue();
    return (int) ((((value >>> 15) | (value << 17)) & 0xffffffffL) + 0xa282ead8L);
  }

  private static List<Event> read(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<Event> events = new ArrayList<>();
    while (bytes.hasRemaining()) {
      byte[] length = new byte[8];
      bytes.get(length);
      assertThat(bytes.getInt()).isEqualTo(masked(length));
      byte[] event =
          new byte[(int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong()];
      bytes.get(event);
      assertThat(bytes.getInt()).isEqualTo(masked(event));
      events.add(Event.parseFrom(event));
    }
    return events;
  }

  @Test
  void eventsAreThoseOfTensorFlow() throws IOException {
    Map<String, Double> scalars = new LinkedHashMap<>();
    scalars.put("train/loss", 1.5);
    scalars.put("train/a tag of some length, longer than the first buffer is, so it grows", 2.25);
    try (TensorBoardFile board = TensorBoardFile.create(folder)) {
      board.add(7, scalars);
      board.add(1L << 40, Map.of("val/x", -1.0));
    }

    Path file;
    try (var files = Files.list(folder)) {
      file = files.findFirst().orElseThrow();
    }
    List<Event> events = read(file);
    assertThat(events).hasSize(3);
    assertThat(events.get(0).getFileVersion()).isEqualTo("brain.Event:2");
    assertThat(events.get(1).getStep()).isEqualTo(7);
    assertThat(events.get(1).getSummary().getValueList())
        .extracting(Summary.Value::getTag, Summary.Value::getSimpleValue)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("train/loss", 1.5f),
            org.assertj.core.groups.Tuple.tuple(
                "train/a tag of some length, longer than the first buffer is, so it grows", 2.25f));
    assertThat(events.get(2).getStep()).isEqualTo(1L << 40);
  }
}

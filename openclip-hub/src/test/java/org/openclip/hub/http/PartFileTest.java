package org.openclip.hub.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file in pieces goes on where it was, and is never taken for whole before it is. */
@Tag("once")
class PartFileTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("part");
  }

  private static List<ByteBuffer> bytes(String text) {
    return List.of(ByteBuffer.wrap(text.getBytes(UTF_8)));
  }

  @Test
  void piecesAreFilledInAnyOrder() throws IOException {
    try (PartFile part = PartFile.open(file, 10, 3)) {
      assertThat(List.of(part.start(0), part.start(1), part.start(2))).containsExactly(0L, 4L, 7L);
      part.append(2, bytes("hij"));
      part.append(0, bytes("ab"));
      part.append(1, bytes("efg"));
    }
    assertThat(Files.size(file)).as("longer than the file will be").isGreaterThan(10);
    try (PartFile part = PartFile.open(file, 10, 1)) {
      assertThat(part.pieces()).as("as it was begun").isEqualTo(3);
      assertThat(part.done()).isEqualTo(8);
      assertThat(part.done(0)).isEqualTo(2);
      part.append(0, bytes("cd"));
      part.complete();
    }
    assertThat(file).hasContent("abcdefghij");
    try (PartFile part = PartFile.open(file, 10, 3)) {
      assertThat(part.done()).as("whole").isEqualTo(10);
    }
  }

  @Test
  void theRemainsOfAnotherFileAreNotTaken() throws IOException {
    try (PartFile part = PartFile.open(file, 10, 2)) {
      part.append(0, bytes("abcde"));
    }
    try (PartFile part = PartFile.open(file, 11, 2)) {
      assertThat(part.done()).isZero();
    }
    Files.writeString(file, "something else altogether, and longer than the counts");
    try (PartFile part = PartFile.open(file, 4, 1)) {
      assertThat(part.done()).isZero();
    }
  }

  @Test
  void moreThanAPieceHasIsRefused() throws IOException {
    try (PartFile part = PartFile.open(file, 10, 2)) {
      assertThatThrownBy(() -> part.append(0, bytes("abcdef")))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("more bytes than requested");
    }
  }

  @Test
  void anAnswerThatComesTooLateWritesNothing() throws IOException {
    try (PartFile part = PartFile.open(file, 6, 1)) {
      PieceSubscriber late = new PieceSubscriber(part, 0, false, done -> {});
      PieceSubscriber next = new PieceSubscriber(part, 0, false, done -> {});
      late.onNext(bytes("ab"));
      late.close();
      next.onNext(bytes("cd"));
      late.onNext(bytes("xy"));
      next.onNext(bytes("ef"));

      assertThat(next.whole()).isTrue();
      part.complete();
    }
    assertThat(file).hasContent("abcdef");
  }
}

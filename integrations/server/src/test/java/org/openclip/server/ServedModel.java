package org.openclip.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.openclip.api.model.ClipModel;
import org.openclip.hub.OpenClip;
import org.openclip.testkit.Fixtures;

/** A server of the embedded model, the same model in this process, and a picture for both. */
abstract class ServedModel {
  static final float CLOSE = 2e-6f;

  static ClipServer server;
  static ClipModel model;
  static byte[] cat;

  @BeforeAll
  static void start() throws IOException {
    server = Servers.start(Servers.options());
    model = OpenClip.load();
    cat = Files.readAllBytes(Fixtures.path("preprocess/images/cat.png"));
  }

  @AfterAll
  static void close() {
    server.close();
    model.close();
  }

  /** Checks a vector of an answer. */
  static void assertClose(Object actual, float[] expected) {
    List<?> numbers = (List<?>) actual;
    assertThat(numbers).hasSize(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat(((Number) numbers.get(i)).floatValue()).isCloseTo(expected[i], within(CLOSE));
    }
  }
}

package org.openclip.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openclip.api.serving.BatchingOptions;
import org.openclip.testkit.Fixtures;

/** Requests that nobody means well end in an answer of 400 to 499, and the next is answered. */
@Tag("once")
class HostileRequestsTest {
  private static final List<String> PATHS = List.of("/v1/embeddings", "/vectorize", "/classify");

  private final Random random = new Random(18);

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] golden(String name) {
    try {
      return Files.readAllBytes(Fixtures.path("preprocess/images/" + name));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  /** A request to a path. */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares attacks
  private record Attack(String path, byte[] body) {}

  /** Bodies that are wrong wherever they are sent. */
  private static Stream<String> wrongEverywhere() {
    return Stream.of(
        "",
        " ",
        "null",
        "[]",
        "7",
        "\"a\"",
        "{",
        "{}}",
        "{} {}",
        "{\"input\":",
        "{\"input\":\"a\"",
        "{'input':'a'}",
        "{\"a\":1,\"a\":2,\"images\":7,\"input\":{}}",
        "{\"input\":" + "[".repeat(5000) + "]".repeat(5000) + "}",
        "{\"input\":1" + "0".repeat(5000) + "}",
        "{\"" + "k".repeat(5000) + "\":1}",
        "{\"input\":\"\\ud8\"}",
        "{\"input\":\"\\x\"}",
        "{\"input\":NaN}",
        "\u0000\u0001\u0002",
        "<xml/>",
        "input=a&model=b");
  }

  /** Fields of wrong types, paths, and addresses of inner networks. */
  private static List<Attack> wrongFields() {
    List<Attack> attacks = new ArrayList<>();
    List<String> values =
        List.of(
            "7",
            "true",
            "{}",
            "[null]",
            "[[1,2]]",
            "[{}]",
            "[7.5]",
            "[{\"image\":7}]",
            "[{\"text\":\"a\",\"image\":\"b\"}]",
            "1e400");
    for (String value : values) {
      attacks.add(new Attack("/v1/embeddings", bytes("{\"input\":" + value + "}")));
      attacks.add(
          new Attack("/v1/embeddings", bytes("{\"input\":\"a\",\"dimensions\":" + value + "}")));
      attacks.add(new Attack("/vectorize", bytes("{\"texts\":" + value + "}")));
      attacks.add(new Attack("/vectorize", bytes("{\"images\":" + value + "}")));
      attacks.add(new Attack("/classify", bytes("{\"labels\":[\"a\"],\"images\":" + value + "}")));
    }
    for (String field : List.of("model", "encoding_format", "modality")) {
      for (String value : List.of("7", "[]", "\"\\u0000\"", "\"../../etc/passwd\"")) {
        attacks.add(
            new Attack(
                "/v1/embeddings", bytes("{\"input\":\"a\",\"%s\":%s}".formatted(field, value))));
      }
    }
    for (String picture :
        List.of(
            "/etc/passwd",
            "../../../../etc/passwd",
            "file:///etc/passwd",
            "jar:file:/a.jar!/b",
            "http://127.0.0.1:22/",
            "http://localhost/",
            "http://[::ffff:127.0.0.1]/",
            "http://169.254.169.254/latest/meta-data/",
            "http://10.0.0.1/a.png",
            "http://0/",
            "http://0x7f000001/",
            "https://metadata.google.internal/",
            "http:///",
            "http://",
            "https://a b/",
            "ftp://example.org/a.png",
            "data:",
            "data:,",
            "data:image/png;base64",
            "data:image/png;base64,",
            "data:image/png;base64,!!!!",
            "data:image/png;base64,AAAA",
            "data:image/png,%",
            "data:image/png,%zz",
            "",
            " ",
            "!",
            "AAAA",
            "\\u0000")) {
      attacks.add(
          new Attack(
              "/v1/embeddings", bytes("{\"modality\":\"image\",\"input\":[\"" + picture + "\"]}")));
      attacks.add(new Attack("/vectorize", bytes("{\"images\":[\"" + picture + "\"]}")));
    }
    return attacks;
  }

  /** A PNG that says that it is large, of nothing but zeros, so that it is small when packed. */
  private static byte[] pngBomb(int width, int height) {
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    png.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10});
    chunk(
        png,
        "IHDR",
        ByteBuffer.allocate(13)
            .putInt(width)
            .putInt(height)
            .put(new byte[] {8, 2, 0, 0, 0})
            .array());
    Deflater deflater = new Deflater();
    deflater.setInput(new byte[1 << 20]);
    deflater.finish();
    byte[] packed = new byte[1 << 16];
    int length = deflater.deflate(packed);
    deflater.end();
    chunk(png, "IDAT", Arrays.copyOf(packed, length));
    chunk(png, "IEND", new byte[0]);
    return png.toByteArray();
  }

  private static void chunk(ByteArrayOutputStream png, String type, byte[] data) {
    CRC32 crc = new CRC32();
    byte[] name = bytes(type);
    crc.update(name);
    crc.update(data);
    png.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
    png.writeBytes(name);
    png.writeBytes(data);
    png.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
  }

  private static String picture(byte[] bytes) {
    return "{\"images\":[\"" + base64(bytes) + "\"]}";
  }

  /** A picture that is cut in its head, a bomb, or noise behind a known head. */
  private byte[] brokenPicture() {
    List<String> names = List.of("cat-small.png", "cat-small.webp", "cat-small.tiff", "555.bmp");
    byte[] whole = golden(names.get(random.nextInt(names.size())));
    return switch (random.nextInt(4)) {
      case 0 -> Arrays.copyOf(whole, 8 + random.nextInt(12));
      case 1 -> pngBomb(20_000 + random.nextInt(60_000), 20_000 + random.nextInt(60_000));
      case 2 -> pngBomb(-random.nextInt(5), 7);
      default -> {
        byte[] noise = new byte[20 + random.nextInt(2000)];
        random.nextBytes(noise);
        System.arraycopy(whole, 0, noise, 0, 12);
        yield noise;
      }
    };
  }

  private Attack drawn() {
    String path = PATHS.get(random.nextInt(PATHS.size()));
    byte[] valid =
        bytes(
            "{\"input\":[\"a cat\"],\"texts\":[\"a cat\"],\"labels\":[\"a\"],\"images\":[\""
                + base64(golden("tiny.png"))
                + "\"]}");
    return switch (random.nextInt(4)) {
      case 0 -> new Attack(path, Arrays.copyOf(valid, random.nextInt(valid.length)));
      case 1 -> {
        byte[] noise = new byte[1 + random.nextInt(3000)];
        random.nextBytes(noise);
        yield new Attack(path, noise);
      }
      case 2 -> new Attack("/vectorize", bytes(picture(brokenPicture())));
      default -> {
        byte[] changed = valid.clone();
        // A control character is nowhere allowed in JSON but between values, and these are not.
        changed[1 + random.nextInt(valid.length - 2)] = (byte) random.nextInt(8);
        yield new Attack(path, changed);
      }
    };
  }

  private void attack(List<Attack> attacks) throws Exception {
    BatchingOptions batching = BatchingOptions.DEFAULT.withMaxPixels(10_000_000);
    try (ClipServer server = Servers.start(Servers.options().maxBody(1 << 20), batching);
        ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<Servers.Answer>> answers = new ArrayList<>();
      for (Attack attack : attacks) {
        answers.add(
            threads.submit(
                () ->
                    Servers.send(
                        Servers.request(server, attack.path())
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofByteArray(attack.body()))
                            .build())));
      }
      for (int i = 0; i < attacks.size(); i++) {
        Servers.Answer answer = answers.get(i).get();
        Attack attack = attacks.get(i);
        String body = new String(attack.body(), StandardCharsets.ISO_8859_1);
        assertThat(answer.status())
            .as("%s: %.300s%n%s", attack.path(), body, answer.body())
            .isBetween(400, 499);
        assertThat(answer.json()).containsKey("error");
      }
      Servers.Answer after = Servers.post(server, "/vectorize", "{\"texts\":[\"a cat\"]}");
      assertThat(after.status()).isEqualTo(200);
      assertThat(Servers.get(server, "/metrics").body())
          .contains("openclip_request_bytes_under_way 0\n")
          .contains("openclip_inputs_under_way{model=\"emoji\"} 0\n");
    }
  }

  @Test
  void someHundreds() throws Exception {
    List<Attack> attacks = new ArrayList<>(wrongFields());
    for (String path : PATHS) {
      wrongEverywhere().forEach(body -> attacks.add(new Attack(path, bytes(body))));
    }
    attacks.add(new Attack("/vectorize", bytes(picture(pngBomb(60_000, 60_000)))));
    for (int i = 0; i < 200; i++) {
      attacks.add(drawn());
    }
    attack(attacks);
  }

  @Test
  @Tag("full")
  void fiveThousand() throws Exception {
    List<Attack> attacks = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      attacks.add(drawn());
    }
    attack(attacks);
  }
}

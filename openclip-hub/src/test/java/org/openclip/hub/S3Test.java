package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.FetchException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.model.ClipModel;
import org.openclip.hub.model.ModelFolder;
import org.openclip.hub.remote.RemoteFiles;
import org.openclip.hub.testkit.TinyModels;
import org.openclip.testkit.S3Server;

/** Models lie in a bucket of a real S3 server, which a jar's file system shows. */
@Tag("s3")
class S3Test {
  private static final Map<String, String> SETTINGS = new HashMap<>();

  @TempDir static Path folder;
  private static S3Server server;
  private static String local = "";

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    server = S3Server.start(folder, "models");
    SETTINGS.putAll(server.settings());
    SETTINGS.put("OPENCLIP_CACHE", folder.resolve("copies").toString());
    SETTINGS.forEach(System::setProperty);
    local = TinyModels.write(folder.resolve("tiny"));
    for (String name : List.of(ModelFolder.CONFIG, ModelFolder.CHECKPOINT)) {
      Files.copy(
          folder.resolve("tiny").resolve(name), Path.of(URI.create("s3://models/tiny/" + name)));
    }
  }

  @AfterAll
  static void stop() {
    server.close();
    SETTINGS.keySet().forEach(System::clearProperty);
  }

  private static float[] features(ModelBuilder builder) {
    try (ClipModel model = builder.load()) {
      return model.encodeTexts(List.of("a cat")).row(0);
    }
  }

  @Test
  void aModelFolderInABucket() {
    float[] expected = features(OpenClip.model(local));

    assertThat(features(OpenClip.model("s3://models/tiny"))).isEqualTo(expected);
    assertThat(features(OpenClip.model("s3://models/tiny/"))).isEqualTo(expected);
    String elsewhere = "s3x://127.0.0.1:" + server.endpoint().getPort() + "/models/tiny/";
    assertThat(features(OpenClip.model(elsewhere)))
        .as("a store that is named in the URI")
        .isEqualTo(expected);
  }

  @Test
  void aCheckpointInABucket() {
    assertThat(
            OpenClip.model("ViT-B-32")
                .pretrained("s3://models/tiny/" + ModelFolder.CHECKPOINT)
                .fetch())
        .hasSameBinaryContentAs(folder.resolve("tiny").resolve(ModelFolder.CHECKPOINT));
  }

  @Test
  void aFileIsCopiedOnceAndAgainWhenItChanges() throws IOException {
    Path object = Path.of(URI.create("s3://models/other/weights.safetensors"));
    Files.write(object, new byte[2_000_000]);
    List<Long> told = new ArrayList<>();
    ModelBuilder builder =
        OpenClip.model("ViT-B-32")
            .pretrained("s3://models/other/weights.safetensors")
            .onFetch((name, done, total) -> told.add(done));

    Path copy = builder.fetch();
    assertThat(copy).hasSize(2_000_000);
    assertThat(copy.startsWith(folder.resolve("copies"))).isTrue();
    assertThat(told).isSorted().endsWith(2_000_000L);

    told.clear();
    assertThat(builder.fetch()).isEqualTo(copy);
    assertThat(told).isEmpty();

    Files.write(object, new byte[] {1, 2, 3});
    assertThat(builder.fetch()).isEqualTo(copy).hasBinaryContent(new byte[] {1, 2, 3});
  }

  @Test
  void offlineUsesTheCopies() {
    float[] online = features(OpenClip.model("s3://models/tiny"));
    System.setProperty("aws.endpointUrlS3", "http://127.0.0.1:1");
    try {
      assertThat(features(OpenClip.model("s3://models/tiny").offline(true))).isEqualTo(online);
      assertThatThrownBy(() -> OpenClip.model("s3://models/never").offline(true).load())
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("in the cache");
    } finally {
      System.setProperty("aws.endpointUrlS3", server.endpoint().toString());
    }
  }

  @Test
  void aFileIsReadAsItComes() throws IOException {
    assertThat(new RemoteFiles().read("s3://models/tiny/" + ModelFolder.CHECKPOINT))
        .isEqualTo(Files.readAllBytes(folder.resolve("tiny").resolve(ModelFolder.CHECKPOINT)));
    assertThatThrownBy(() -> new RemoteFiles().read("s3://models/none.tar"))
        .isInstanceOf(IOException.class);
  }

  @Test
  void whatIsNotThere() {
    assertThatThrownBy(() -> OpenClip.load("s3://models/none/"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("there is no file or folder at s3://models/none/");
    assertThatThrownBy(() -> OpenClip.load("ViT-B-32", "s3://models/none.safetensors"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("none.safetensors");
    assertThatThrownBy(() -> OpenClip.load("s3://no-such-bucket/tiny/"))
        .isInstanceOf(OpenClipException.class)
        .hasMessageContaining("s3://no-such-bucket/tiny");
  }

  @Test
  void aStoreThatDoesNotAnswer() {
    assertThatThrownBy(() -> OpenClip.load("s3x://127.0.0.1:1/models/tiny/"))
        .isInstanceOf(FetchException.class)
        .hasMessageContaining("s3x://127.0.0.1:1/models/tiny");
  }
}

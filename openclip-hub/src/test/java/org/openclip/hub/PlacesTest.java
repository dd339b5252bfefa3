package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.model.ClipModel;
import org.openclip.hub.model.ModelFolder;
import org.openclip.hub.testkit.ModulePath;
import org.openclip.hub.testkit.TinyModels;
import org.openclip.testkit.Fixtures;

/**
 * OpenCLIP in places that are not those of a first try: in a class loader that threads do not know,
 * beside jars that are broken, and where the user has no home and nothing can be written.
 */
@Tag("once")
class PlacesTest {
  @TempDir Path folder;
  private Path start = Path.of("");

  /** What starts Java: a shell that lets no file grow beyond a megabyte. */
  private List<String> limit = List.of();

  @BeforeEach
  void copyTheProgram() throws IOException {
    start = folder.resolve("start");
    String name = PlacesProgram.class.getName().replace('.', '/') + ".class";
    Path file = start.resolve(name);
    Files.createDirectories(file.getParent());
    try (InputStream in = PlacesProgram.class.getClassLoader().getResourceAsStream(name)) {
      Files.copy(in, file);
    }
  }

  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  /** Runs the program, with the folder of its class and others on Java's own class path. */
  private List<String> run(List<String> options, String... arguments) throws Exception {
    Path output = folder.resolve("output.txt");
    List<String> command = new ArrayList<>(limit);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-XX:TieredStopAtLevel=1"));
    command.addAll(options);
    command.addAll(List.of("-cp", start.toString(), PlacesProgram.class.getName()));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    String text = Files.readString(output);
    assertThat(process.exitValue()).as(text).isZero();
    return text.lines().filter(line -> line.matches(".* (pool|loader): .*")).toList();
  }

  private static int embedded() {
    try (ClipModel model = OpenClip.load()) {
      return Arrays.hashCode(model.encodeTexts(List.of("pizza")).row(0));
    }
  }

  @Test
  void threadsThatKnowAnotherClassLoaderFindEverything() throws Exception {
    int models = OpenClip.models().size();

    assertThat(run(List.of(), "loader", classPath(), "models", "embedded"))
        .containsExactly(
            "models of a pool: " + models,
            "models without a loader: " + models,
            "embedded of a pool: " + embedded(),
            "embedded without a loader: " + embedded());
  }

  @Test
  void threadsThatDoNotKnowTheModuleLayerFindEverything() throws Exception {
    assumeThat(
            Path.of(OpenClip.class.getProtectionDomain().getCodeSource().getLocation().toURI())
                .resolve("module-info.class"))
        .as("descriptors are compiled")
        .exists();
    int models = OpenClip.models().size();

    assertThat(run(List.of(), "layer", ModulePath.ofThisTest(), "models", "embedded"))
        .containsExactly(
            "models of a pool: " + models,
            "models without a loader: " + models,
            "embedded of a pool: " + embedded(),
            "embedded without a loader: " + embedded());
  }

  @Test
  void brokenFileSystemsAndPictureReadersOfOtherJarsDoNoHarm() throws Exception {
    Path services = Files.createDirectories(start.resolve("META-INF/services"));
    for (String broken :
        List.of("java.nio.file.spi.FileSystemProvider", "javax.imageio.spi.ImageReaderSpi")) {
      Files.writeString(services.resolve(broken), "com.example.Missing\n");
    }
    TinyModels.write(folder.resolve("tiny"));
    Path zip = folder.resolve("models.zip");
    try (FileSystem files = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
      for (String name : List.of(ModelFolder.CONFIG, ModelFolder.CHECKPOINT)) {
        Files.copy(folder.resolve("tiny").resolve(name), files.getPath(name));
      }
    }

    List<String> lines =
        run(
            List.of(
                "-DOPENCLIP_CACHE=" + folder.resolve("cache"),
                "-Dpicture=" + Fixtures.path("preprocess/images/cat.png")),
            "loader",
            start + File.pathSeparator + classPath(),
            "embedded",
            "jar:" + zip.toUri() + "!/");

    assertThat(lines)
        .hasSize(4)
        .startsWith(
            "embedded of a pool: " + embedded(), "embedded without a loader: " + embedded());
  }

  /** ONNX Runtime's Java classes make an empty folder for temporary files, come what may. */
  @Test
  void theEmbeddedModelIsWrittenNowhere() throws Exception {
    Path natives = natives();
    Path temporary = Files.createDirectories(folder.resolve("temporary"));
    limit = List.of("sh", "-c", "ulimit -f 2048; exec \"$@\"", "sh");
    List<String> options =
        List.of(
            "-Duser.home=?",
            "-Djava.io.tmpdir=" + temporary,
            "-Donnxruntime.native.path=" + natives);

    assertThat(run(options, "loader", packed(), "embedded"))
        .containsExactly(
            "embedded of a pool: " + embedded(), "embedded without a loader: " + embedded());
    try (Stream<Path> left = Files.walk(temporary)) {
      assertThat(left.filter(Files::isRegularFile)).isEmpty();
    }
    assertThat(folder.resolve("?")).doesNotExist();
  }

  /**
   * Returns the class path with openclip-models as a jar, in which its weights cannot be mapped.
   */
  private String packed() throws IOException {
    URI weights =
        URI.create(
            OpenClip.pretrained().find("emoji-RN", "embedded").orElseThrow().locations().get(0));
    if (!weights.getScheme().equals("file")) {
      return classPath();
    }
    Path resources = Path.of(weights);
    for (int i = Path.of("org/openclip/models/embedded/emoji-RN.safetensors").getNameCount();
        i > 0;
        i--) {
      resources = resources.getParent();
    }
    Path jar = folder.resolve("openclip-models.jar");
    try (FileSystem files = FileSystems.newFileSystem(jar, Map.of("create", "true"));
        Stream<Path> all = Files.walk(resources)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        Path entry = files.getPath(resources.relativize(file).toString());
        if (entry.getParent() != null) {
          Files.createDirectories(entry.getParent());
        }
        Files.copy(file, entry);
      }
    }
    return classPath().replace(resources.toString(), jar.toString());
  }

  /** Returns a folder with the native libraries of ONNX Runtime, as an image would bring them. */
  private Path natives() throws IOException {
    Path natives = Files.createDirectories(folder.resolve("natives"));
    for (String name : List.of("libonnxruntime.so", "libonnxruntime4j_jni.so")) {
      try (InputStream in =
          PlacesTest.class.getResourceAsStream("/ai/onnxruntime/native/linux-x64/" + name)) {
        assumeThat(in).as("ONNX Runtime for Linux on x86-64 is the backend").isNotNull();
        Files.copy(in, natives.resolve(name));
      }
    }
    return natives;
  }
}

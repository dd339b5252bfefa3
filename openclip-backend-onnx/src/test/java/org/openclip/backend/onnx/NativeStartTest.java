package org.openclip.backend.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnxruntime.OrtEnvironment;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.testkit.JavaProcess;

/** How the runtime's native code is loaded, or the remedy is named, in processes of their own. */
@Tag("once")
class NativeStartTest {
  private static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

  @TempDir Path folder;
  private Path tmp = Path.of("");

  @BeforeEach
  void makeFolder() throws Exception {
    tmp = Files.createDirectory(folder.resolve("tmp"));
  }

  private JavaProcess java(Path temporary) {
    return new JavaProcess(folder).options("-Djava.io.tmpdir=" + temporary);
  }

  private JavaProcess.Run mounted(String options) throws Exception {
    assumeTrue(JavaProcess.canMount(), "no right to mount here");
    return java(tmp)
        .options(NATIVE_ACCESS)
        .mounting("mount -t tmpfs -o " + options + " tmpfs " + tmp)
        .run(Doubling.class);
  }

  /** Asserts that the first attempt, and another one in the same process, name the remedy. */
  private static void assertThatTheRemedyIsNamed(JavaProcess.Run run, String... words) {
    assertThat(run.out().lines())
        .as(run.err())
        .hasSize(2)
        .allSatisfy(line -> assertThat(line).startsWith("BackendException: ").contains(words))
        .noneSatisfy(line -> assertThat(line).contains("has builds for"));
  }

  @Test
  void nothingIsLeftBehind() throws Exception {
    JavaProcess java = java(tmp).options(NATIVE_ACCESS);
    JavaProcess.Run run = homeless(java).run(Doubling.class);

    assertThat(run.out()).as(run.err()).startsWith("[6.0, 8.0]");
    assertThat(run.err()).isEmpty();
    assertThat(tmp).isEmptyDirectory();
    assertThatNothingElseIsIn(folder);
  }

  @Test
  void norWhereJavaMayNotTurnReportsOff() throws Exception {
    JavaProcess.Run run = homeless(java(tmp)).run(Doubling.class);

    assertThat(run.out()).as(run.err()).startsWith("[6.0, 8.0]");
    assertThat(tmp).isEmptyDirectory();
    assertThatNothingElseIsIn(folder);
  }

  /** Without a home, the runtime keeps what it wants to report in the working folder. */
  private static JavaProcess homeless(JavaProcess java) {
    return java.environment("ORT_DISABLE_TELEMETRY", null)
        .environment("HOME", "/proc/none")
        .environment("XDG_CACHE_HOME", "/proc/none");
  }

  private static void assertThatNothingElseIsIn(Path folder) throws Exception {
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("tmp", "out", "err");
    }
  }

  @Test
  void theEnvironmentLivesAsLongAsShutdownHooksDo() throws Exception {
    JavaProcess.Run run = java(tmp).options(NATIVE_ACCESS).run(Doubling.class, "later");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out().lines())
        .containsExactly("[6.0, 8.0]", "[6.0, 8.0]", "[6.0, 8.0]", "ShutdownException", "closed");
    assertThat(run.err()).isEmpty();
  }

  @Test
  void aMissingTemporaryFolderIsNamed() throws Exception {
    Path missing = Path.of("/proc/none/tmp");

    assertThatTheRemedyIsNamed(
        java(missing).options(NATIVE_ACCESS).run(Doubling.class),
        missing + ", which is missing",
        "-Djava.io.tmpdir=",
        "NoSuchFileException");
  }

  @Test
  void aFileInItsPlaceIsNamed() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));

    assertThatTheRemedyIsNamed(
        java(file).options(NATIVE_ACCESS).run(Doubling.class),
        file + ", which is a file",
        "-Djava.io.tmpdir=");
  }

  @Test
  void aReadOnlyTemporaryFolderIsNamed() throws Exception {
    assertThatTheRemedyIsNamed(
        mounted("ro"), tmp + ", which is not writable", "-Djava.io.tmpdir=", "Read-only");
  }

  @Test
  void aFullTemporaryFolderIsNamed() throws Exception {
    assertThatTheRemedyIsNamed(
        mounted("size=4m"), tmp + ", which ", " MB of free space", "-Djava.io.tmpdir=");
  }

  @Test
  void aTemporaryFolderWithoutTheRightToRunCodeIsNamed() throws Exception {
    assertThatTheRemedyIsNamed(
        mounted("noexec"),
        tmp + ", which does not allow executable code (it is mounted noexec)",
        "-Djava.io.tmpdir=",
        "-Donnxruntime.native.path=",
        "failed to map segment");
  }

  @Test
  void librariesThatTheUserUnpackedAreTaken() throws Exception {
    assumeTrue(JavaProcess.canMount(), "no right to mount here");
    Path libraries = unpacked();

    JavaProcess.Run run =
        java(tmp)
            .options(NATIVE_ACCESS, "-Donnxruntime.native.path=" + libraries)
            .mounting("mount -t tmpfs -o noexec tmpfs " + tmp)
            .run(Doubling.class);

    assertThat(run.out()).as(run.err()).startsWith("[6.0, 8.0]");
  }

  private Path unpacked() throws IOException {
    Path libraries = Files.createDirectory(folder.resolve("libraries"));
    for (String name : List.of("libonnxruntime.so", "libonnxruntime4j_jni.so")) {
      String architecture = System.getProperty("os.arch").equals("aarch64") ? "aarch64" : "x64";
      String resource = "/ai/onnxruntime/native/linux-" + architecture + "/" + name;
      try (InputStream stream = OrtEnvironment.class.getResourceAsStream(resource)) {
        Files.copy(stream, libraries.resolve(name));
      }
    }
    return libraries;
  }

  /** ONNX Runtime makes its temporary folder all the same. */
  @Test
  void aReadOnlyTemporaryFolderIsNamedWhereTheUserUnpackedLibrariesToo() throws Exception {
    assumeTrue(JavaProcess.canMount(), "no right to mount here");

    assertThatTheRemedyIsNamed(
        java(tmp)
            .options(NATIVE_ACCESS, "-Donnxruntime.native.path=" + unpacked())
            .mounting("mount -t tmpfs -o ro tmpfs " + tmp)
            .run(Doubling.class),
        tmp + ", which is not writable",
        "-Djava.io.tmpdir=",
        "Read-only");
  }

  @Test
  void deniedNativeAccessIsNamed() throws Exception {
    assumeTrue(Runtime.version().feature() >= 24, "Java does not deny it before 24");

    assertThatTheRemedyIsNamed(
        java(tmp).options("--illegal-native-access=deny").run(Doubling.class),
        "Java denies access to native code",
        "--enable-native-access=ALL-UNNAMED");
  }

  @Test
  void anotherSystemIsNamed() throws Exception {
    JavaProcess.Run run = java(tmp).options(NATIVE_ACCESS, "-Dos.arch=ppc64").run(Doubling.class);

    assertThat(run.out())
        .contains(
            "its native library does not load on Linux ppc64", "onnxruntime jar has builds for");
  }

  @Test
  void javaMayDenyUnsafeAccessToMemory() throws Exception {
    assumeTrue(Runtime.version().feature() >= 23, "Java has no such option before 23");

    JavaProcess.Run run =
        java(tmp)
            .options(NATIVE_ACCESS, "--sun-misc-unsafe-memory-access=deny")
            .run(Doubling.class);

    assertThat(run.out()).as(run.err()).startsWith("[6.0, 8.0]");
    assertThat(run.err()).isEmpty();
  }
}

package org.openclip.backend.tf.runtime;

import static org.tensorflow.internal.c_api.global.tensorflow.TF_GetRegisteredKernelsForOp;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_Version;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;
import org.openclip.api.BackendException;
import org.openclip.api.backend.NativePlace;
import org.tensorflow.internal.c_api.TF_Buffer;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.KernelDef;
import org.tensorflow.proto.KernelList;

/** TensorFlow's shared library. */
public final class NativeLibrary {
  /** The name of this backend, in errors too. */
  public static final String BACKEND = "tf";

  /**
   * JavaCPP refuses to make a pointer once the process is four times as large as the Java heap may
   * become, and counts mapped files and TensorFlow's memory, which have nothing to do with it.
   */
  private static final String MEMORY_LIMIT = "org.bytedeco.javacpp.maxPhysicalBytes";

  /** What is unpacked when nothing is yet. */
  private static final long UNPACKED = 700L << 20;

  /** The first attempt of a process has the cause; others fail without. */
  private static final List<Throwable> FAILURES = new ArrayList<>();

  /** The threads of the process' pools; null before there are any. */
  private static @Nullable Threads pool;

  private NativeLibrary() {}

  /**
   * Loads the library, once for the process.
   *
   * @throws BackendException when there is none for this platform, or it does not load
   */
  public static synchronized void load() {
    if (System.getProperty(MEMORY_LIMIT) == null) {
      System.setProperty(MEMORY_LIMIT, "0");
    }
    QuietLog.silence();
    try {
      Loader.load(org.tensorflow.internal.c_api.global.tensorflow.class);
    } catch (LinkageError | RuntimeException e) {
      FAILURES.add(e);
      Throwable first = FAILURES.get(0);
      throw new BackendException(
          BACKEND,
          "its native library does not load: "
              + place().problem(first).orElseGet(() -> platformProblem(first)),
          first);
    }
  }

  private static NativePlace place() {
    Path folder;
    try {
      folder = Loader.getCacheDir().toPath();
    } catch (IOException e) {
      folder =
          Path.of(
              System.getProperty(
                  "org.bytedeco.javacpp.cachedir",
                  System.getProperty("user.home", "") + "/.javacpp/cache"));
    }
    return new NativePlace(
        folder,
        UNPACKED,
        "start Java with -Dorg.bytedeco.javacpp.cachedir=FOLDER, where FOLDER is writable, allows"
            + " executable files and has 0.7 GB of free space");
  }

  private static String platformProblem(Throwable failure) {
    return Loader.Detector.getPlatform()
        + " has no build on the class path, or the build is damaged ("
        + NativePlace.root(failure)
        + "). Add the jar tensorflow-core-native with the classifier of this platform: linux-x86_64"
        + " (linux-x86_64-gpu for CUDA), linux-arm64, macosx-arm64 or windows-x86_64. It is"
        + " unpacked into "
        + place().folder()
        + " (0.7 GB)";
  }

  /**
   * Returns how the threads of the process are shared out, and makes them if there are none yet, by
   * running a first graph.
   *
   * @param wanted the threads to make, if there are none yet
   */
  public static synchronized Threads threads(Threads wanted) {
    Threads known = pool;
    if (known == null) {
      ConfigProto config =
          ConfigProto.newBuilder()
              .setIntraOpParallelismThreads(wanted.each())
              .setInterOpParallelismThreads(wanted.operations())
              .putDeviceCount("GPU", 0)
              .build();
      QuietLog.during(
          () -> {
            try (NativeGraph graph = new NativeGraph();
                NativeSession session = NativeSession.open(graph, config)) {
              Output nothing = graph.op("NoOp").build();
              session.prepare(List.of(), List.of(), List.of(nothing)).run(List.of());
            }
          });
      known = wanted;
      pool = known;
    }
    return known;
  }

  /** Returns TensorFlow's version, such as {@code 2.18.0}. */
  public static String version() {
    return TF_Version().getString();
  }

  /** Returns whether the library has kernels for NVIDIA GPUs, which says nothing of a driver. */
  public static boolean builtForCuda() {
    try (NativeStatus status = new NativeStatus()) {
      TF_Buffer buffer = TF_GetRegisteredKernelsForOp("MatMul", status.pointer());
      try {
        status.check("asking for kernels");
        return KernelList.parseFrom(buffer.dataAsByteBuffer()).getKernelList().stream()
            .map(KernelDef::getDeviceType)
            .anyMatch("GPU"::equals);
      } catch (InvalidProtocolBufferException e) {
        throw new BackendException(BACKEND, "its list of kernels is not readable", e);
      } finally {
        buffer.delete();
      }
    }
  }
}

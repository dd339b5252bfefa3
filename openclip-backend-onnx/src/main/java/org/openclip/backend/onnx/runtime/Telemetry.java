package org.openclip.backend.onnx.runtime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Array;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps ONNX Runtime from reporting its use to its makers. Its official builds do unless an
 * environment variable tells them not to before they start, and leave a file in the working folder
 * where there is no home. Java can set the variable from version 22 on, where it has the right to
 * call native code; it is reached by reflection, since this code is compiled for 21. What the user
 * has set wins.
 */
final class Telemetry {
  private static final System.Logger LOG = System.getLogger(Telemetry.class.getName());
  private static final String VARIABLE = "ORT_DISABLE_TELEMETRY";
  private static final String PACKAGE = "java.lang.foreign.";

  /** The processors for which ONNX Runtime has builds; on no other it can start. */
  private static final Set<String> PROCESSORS = Set.of("amd64", "x86_64", "aarch64");

  /** The session of a data base in memory, which is no file, but has one all the same. */
  private static final Path SESSION = Path.of(":memory:.ses");

  private Telemetry() {}

  /** Starts the runtime. */
  interface Start {
    OrtEnvironment run() throws OrtException;
  }

  /** Makes a start without reports, if it is the first, and without a file that stays behind. */
  static OrtEnvironment without(Start start) throws OrtException {
    if (System.getenv(VARIABLE) == null && permitted()) {
      try {
        setEnvironmentVariable();
      } catch (ReflectiveOperationException | RuntimeException e) {
        LOG.log(Level.DEBUG, "ONNX Runtime may report its use", e);
      }
    }
    boolean clean = !Files.exists(SESSION);
    OrtEnvironment started = start.run();
    if (clean) {
      try {
        Files.deleteIfExists(SESSION);
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "a file of ONNX Runtime cannot be deleted", e);
      }
    }
    return started;
  }

  /**
   * Returns whether Java permits such a call without a warning of its own: from 24 on, loading the
   * runtime has the one warning of the unnamed module printed.
   */
  private static boolean permitted() {
    int version = Runtime.version().feature();
    Module here = Telemetry.class.getModule();
    try {
      return version >= 22
          && PROCESSORS.contains(System.getProperty("os.arch"))
          && ((boolean) Module.class.getMethod("isNativeAccessEnabled").invoke(here)
              || (version >= 24 && !here.isNamed()));
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }

  /** Calls the C library's {@code setenv(name, "1", 1)}. */
  private static void setEnvironmentVariable() throws ReflectiveOperationException {
    Object linker = type("Linker").getMethod("nativeLinker").invoke(null);
    Object symbols = type("Linker").getMethod("defaultLookup").invoke(linker);
    Optional<?> symbol =
        (Optional<?>)
            type("SymbolLookup").getMethod("find", String.class).invoke(symbols, "setenv");
    Object integer = layout("JAVA_INT");
    Object layouts = Array.newInstance(type("MemoryLayout"), 3);
    Array.set(layouts, 0, layout("ADDRESS"));
    Array.set(layouts, 1, layout("ADDRESS"));
    Array.set(layouts, 2, integer);
    Object descriptor =
        type("FunctionDescriptor")
            .getMethod("of", type("MemoryLayout"), layouts.getClass())
            .invoke(null, integer, layouts);
    Object options = Array.newInstance(type("Linker$Option"), 0);
    MethodHandle setenv =
        (MethodHandle)
            type("Linker")
                .getMethod(
                    "downcallHandle",
                    type("MemorySegment"),
                    type("FunctionDescriptor"),
                    options.getClass())
                .invoke(
                    linker,
                    symbol.orElseThrow(() -> new NoSuchMethodException("setenv")),
                    descriptor,
                    options);
    try {
      setenv.invokeWithArguments(characters(VARIABLE), characters("1"), 1);
    } catch (Throwable e) {
      throw new ReflectiveOperationException("setenv cannot be called", e);
    }
  }

  private static Object characters(String text) throws ReflectiveOperationException {
    byte[] bytes = (text + "\0").getBytes(StandardCharsets.UTF_8);
    ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    return type("MemorySegment").getMethod("ofBuffer", Buffer.class).invoke(null, buffer);
  }

  private static Object layout(String name) throws ReflectiveOperationException {
    return type("ValueLayout").getField(name).get(null);
  }

  private static Class<?> type(String name) throws ClassNotFoundException {
    return Class.forName(PACKAGE + name);
  }
}

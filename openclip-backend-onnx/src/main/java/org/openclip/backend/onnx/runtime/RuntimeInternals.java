package org.openclip.backend.onnx.runtime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtLoggingLevel;
import java.io.File;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What ONNX Runtime's Java classes do not offer, reached by reflection. Where they are in a module
 * that does not open its package, things stay as the runtime has them.
 */
final class RuntimeInternals {
  private static final System.Logger LOG = System.getLogger(RuntimeInternals.class.getName());
  private static final String CLOSER = "ai.onnxruntime.OrtEnvironment$OrtEnvCloser";

  private RuntimeInternals() {}

  /**
   * Keeps the native environment when the JVM ends. The runtime registers a shutdown hook that
   * frees it, at a time when other threads, and other hooks, still use it. It counts its users;
   * with one more, which never lets go of it, the hook frees nothing, and the process' end does.
   */
  static void keepEnvironment() {
    try {
      Class<?> runtime = Class.forName("ai.onnxruntime.OnnxRuntime");
      Field api = runtime.getDeclaredField("ortApiHandle");
      api.setAccessible(true);
      Method create =
          OrtEnvironment.class.getDeclaredMethod(
              "createHandle", long.class, int.class, String.class);
      create.setAccessible(true);
      create.invoke(
          null,
          api.getLong(null),
          OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL.getValue(),
          OrtEnvironment.DEFAULT_NAME);
    } catch (ReflectiveOperationException | InaccessibleObjectException e) {
      LOG.log(
          Level.DEBUG, "ONNX Runtime frees its environment when the JVM starts to shut down", e);
    }
  }

  /**
   * Removes the hook itself, which else keeps the runtime's class loader in memory. That takes
   * {@code --add-opens java.base/java.lang=...}, as Tomcat gives it for such purposes.
   */
  static void removeHook() {
    if (!Object.class.getModule().isOpen("java.lang", RuntimeInternals.class.getModule())) {
      return;
    }
    try {
      Field hooks = Class.forName("java.lang.ApplicationShutdownHooks").getDeclaredField("hooks");
      hooks.setAccessible(true);
      Map<?, ?> registered = (Map<?, ?>) hooks.get(null);
      if (registered == null) {
        return;
      }
      Class<?> closer = Class.forName(CLOSER);
      for (Object hook : List.copyOf(registered.keySet())) {
        if (closer.isInstance(work((Thread) hook))) {
          Runtime.getRuntime().removeShutdownHook((Thread) hook);
        }
      }
    } catch (ReflectiveOperationException | RuntimeException e) {
      LOG.log(Level.DEBUG, "ONNX Runtime's shutdown hook cannot be removed", e);
    }
  }

  private static Object work(Thread thread) throws ReflectiveOperationException {
    Field holder = Thread.class.getDeclaredField("holder");
    holder.setAccessible(true);
    Object fields = holder.get(thread);
    Field task = fields.getClass().getDeclaredField("task");
    task.setAccessible(true);
    return task.get(fields);
  }

  /**
   * Deletes the folder that the runtime unpacked its libraries into. It asks Java to delete the
   * folder at the end, but before the files in it, so the folder would stay.
   *
   * @param needed whether libraries are unpacked or looked for there later, as those of GPUs are
   */
  static void deleteUnpacked(boolean needed) {
    try {
      Field field = Class.forName("ai.onnxruntime.OnnxRuntime").getDeclaredField("tempDirectory");
      field.setAccessible(true);
      if (field.get(null) instanceof Path folder && Files.isDirectory(folder)) {
        delete(folder, needed);
      }
    } catch (ReflectiveOperationException
        | LinkageError
        | InaccessibleObjectException
        | IOException e) {
      LOG.log(Level.DEBUG, "ONNX Runtime's folder in java.io.tmpdir cannot be deleted", e);
    }
  }

  private static void delete(Path folder, boolean needed) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        if (needed) {
          // What is registered last is deleted first; by another name it is registered anew.
          new File(folder + "/./" + file.getFileName()).deleteOnExit();
        } else {
          Files.delete(file);
        }
      }
    }
    if (!needed) {
      Files.delete(folder);
    }
  }
}

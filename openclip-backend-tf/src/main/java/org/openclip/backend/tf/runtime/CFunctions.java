package org.openclip.backend.tf.runtime;

import java.lang.invoke.MethodHandle;
import java.lang.reflect.Array;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Functions of the C library, which Java can call since version 22. They are reached by reflection,
 * since this code is compiled for 21.
 */
final class CFunctions {
  private static final String PACKAGE = "java.lang.foreign.";

  private final Object linker;
  private final Object symbols;

  CFunctions() throws ReflectiveOperationException {
    linker = type("Linker").getMethod("nativeLinker").invoke(null);
    symbols = type("Linker").getMethod("defaultLookup").invoke(linker);
  }

  /**
   * Returns whether Java permits such calls without a warning that is not printed anyway: from 24
   * on, JavaCPP's loading has the one warning of the unnamed module printed.
   */
  static boolean permitted() {
    int version = Runtime.version().feature();
    Module here = CFunctions.class.getModule();
    try {
      return version >= 22
          && ((boolean) Module.class.getMethod("isNativeAccessEnabled").invoke(here)
              || (version >= 24 && !here.isNamed()));
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }

  /**
   * Calls a function that returns an {@code int}.
   *
   * @param arguments an {@link Integer} for an {@code int}, a {@link String} for a pointer to
   *     characters
   */
  int call(String name, Object... arguments) throws ReflectiveOperationException {
    Class<?> layout = type("MemoryLayout");
    Object layouts = Array.newInstance(layout, arguments.length);
    Object[] given = new Object[arguments.length];
    for (int i = 0; i < arguments.length; i++) {
      boolean text = arguments[i] instanceof String;
      Array.set(layouts, i, constant(text ? "ADDRESS" : "JAVA_INT"));
      given[i] = text ? characters((String) arguments[i]) : arguments[i];
    }
    Object descriptor =
        type("FunctionDescriptor")
            .getMethod("of", layout, layouts.getClass())
            .invoke(null, constant("JAVA_INT"), layouts);
    Optional<?> symbol =
        (Optional<?>) type("SymbolLookup").getMethod("find", String.class).invoke(symbols, name);
    Object options = Array.newInstance(type("Linker$Option"), 0);
    MethodHandle function =
        (MethodHandle)
            type("Linker")
                .getMethod(
                    "downcallHandle",
                    type("MemorySegment"),
                    type("FunctionDescriptor"),
                    options.getClass())
                .invoke(
                    linker,
                    symbol.orElseThrow(() -> new NoSuchMethodException(name)),
                    descriptor,
                    options);
    try {
      return (int) function.invokeWithArguments(given);
    } catch (Throwable e) {
      throw new ReflectiveOperationException("C function " + name + " cannot be called", e);
    }
  }

  private static Object characters(String text) throws ReflectiveOperationException {
    byte[] bytes = (text + "\0").getBytes(StandardCharsets.UTF_8);
    ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    return type("MemorySegment").getMethod("ofBuffer", Buffer.class).invoke(null, buffer);
  }

  private static Object constant(String layout) throws ReflectiveOperationException {
    return type("ValueLayout").getField(layout).get(null);
  }

  private static Class<?> type(String name) throws ClassNotFoundException {
    return Class.forName(PACKAGE + name);
  }
}

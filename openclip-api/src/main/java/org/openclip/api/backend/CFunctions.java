package org.openclip.api.backend;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Array;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;

/**
 * Functions of the C library, for backends with native code. Java can call them since version 22.
 * They are reached by reflection, because this code is compiled for version 21.
 */
public final class CFunctions {
  private static final String PACKAGE = "java.lang.foreign.";

  /** Processors on which Java's linker is known to work; on others it may end the JVM. */
  private static final Set<String> PROCESSORS = Set.of("amd64", "x86_64", "aarch64");

  private final MethodHandles.Lookup caller;
  private final Object linker;
  private final Object symbols;

  /**
   * Finds the C library.
   *
   * @param caller the lookup of the backend's class, whose module has the right to call native code
   * @throws ReflectiveOperationException when this version of Java has no linker
   */
  public CFunctions(MethodHandles.Lookup caller) throws ReflectiveOperationException {
    this.caller = caller;
    linker = type("Linker").getMethod("nativeLinker").invoke(null);
    symbols = type("Linker").getMethod("defaultLookup").invoke(linker);
  }

  /**
   * Returns whether Java permits such calls without a warning of its own. From version 24 on, an
   * unnamed module gets one warning, which the loading of any native library prints anyway.
   *
   * @param caller the class whose module has the right to call native code
   */
  public static boolean permitted(Class<?> caller) {
    int version = Runtime.version().feature();
    Module here = caller.getModule();
    try {
      return version >= 22
          && PROCESSORS.contains(System.getProperty("os.arch"))
          && ((boolean) Module.class.getMethod("isNativeAccessEnabled").invoke(here)
              || (version >= 24 && !here.isNamed()));
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }

  /**
   * Calls a function that returns an {@code int}.
   *
   * @param arguments an {@link Integer} for an {@code int}, a {@link Long} for a {@code long} or
   *     {@code size_t}, a {@link String} for a pointer to characters
   * @throws ReflectiveOperationException when the C library has no such function
   */
  public int call(String name, Object... arguments) throws ReflectiveOperationException {
    Class<?> layout = type("MemoryLayout");
    Object layouts = Array.newInstance(layout, arguments.length);
    Object[] given = new Object[arguments.length];
    for (int i = 0; i < arguments.length; i++) {
      Object argument = arguments[i];
      Array.set(layouts, i, constant(layoutOf(argument)));
      given[i] = argument instanceof String text ? characters(text) : argument;
    }
    Object descriptor =
        type("FunctionDescriptor")
            .getMethod("of", layout, layouts.getClass())
            .invoke(null, constant("JAVA_INT"), layouts);
    Optional<?> symbol =
        (Optional<?>) type("SymbolLookup").getMethod("find", String.class).invoke(symbols, name);
    Object address = symbol.orElseThrow(() -> new NoSuchMethodException(name));
    Object options = Array.newInstance(type("Linker$Option"), 0);
    // Java asks for the right of the module that the lookup belongs to.
    MethodHandle link =
        caller.findVirtual(
            type("Linker"),
            "downcallHandle",
            MethodType.methodType(
                MethodHandle.class,
                type("MemorySegment"),
                type("FunctionDescriptor"),
                options.getClass()));
    try {
      MethodHandle function =
          (MethodHandle)
              link.asFixedArity().invokeWithArguments(linker, address, descriptor, options);
      return (int) function.invokeWithArguments(given);
    } catch (Throwable e) {
      throw new ReflectiveOperationException("C function " + name + " cannot be called", e);
    }
  }

  private static String layoutOf(Object argument) {
    return switch (argument) {
      case String text -> "ADDRESS";
      case Long number -> "JAVA_LONG";
      case Integer number -> "JAVA_INT";
      default -> throw new IllegalArgumentException("no C type for " + argument.getClass());
    };
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

package org.openclip.api.spi;

import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.openclip.api.OpenClipException;
import org.openclip.api.UnknownNameException;

/**
 * The plugins of one class loader or module layer, found when they are first asked for.
 *
 * <p>Among providers of one kind the choice is by name, else by priority, else by name in
 * alphabetical order. Two providers of one name are an error that names both jars. Safe for many
 * threads; it holds nothing but providers, so there is nothing to close.
 */
public final class PluginRegistry {
  /** The jar that brings what is missing most often, by kind of plugin. */
  private static final Map<Class<? extends Provider>, String> REMEDIES =
      Map.of(
          BackendProvider.class,
          "Add openclip-backend-onnx or openclip-backend-tf to the class or module path.",
          ImageEncoderProvider.class,
          "Add openclip-models, or the jar of the architecture, to the class or module path.",
          TextEncoderProvider.class,
          "Add openclip-models, or the jar of the architecture, to the class or module path.",
          MultimodalDecoderProvider.class,
          "Add openclip-models, or the jar of the architecture, to the class or module path.",
          OptimizerProvider.class,
          "Add openclip-models, or the jar of the optimizer, to the class or module path.",
          TokenizerProvider.class,
          "Add openclip-models, or the jar of the tokenizer, to the class or module path.");

  private final Function<Class<? extends Provider>, ServiceLoader<? extends Provider>> loader;
  private final Map<Class<? extends Provider>, List<? extends Provider>> found =
      new ConcurrentHashMap<>();

  private PluginRegistry(
      Function<Class<? extends Provider>, ServiceLoader<? extends Provider>> loader) {
    this.loader = loader;
  }

  /** Returns a registry of the thread's context class loader, else of OpenCLIP's own. */
  public static PluginRegistry create() {
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    return of(context == null ? PluginRegistry.class.getClassLoader() : context);
  }

  /** Returns a registry of the plugins that a class loader sees. */
  public static PluginRegistry of(ClassLoader classLoader) {
    return new PluginRegistry(kind -> ServiceLoader.load(kind, classLoader));
  }

  /** Returns a registry of the plugins in a module layer and its parents. */
  public static PluginRegistry of(ModuleLayer layer) {
    return new PluginRegistry(kind -> ServiceLoader.load(layer, kind));
  }

  /**
   * Returns the providers of a kind, the preferred one first.
   *
   * @throws OpenClipException when two have the same name, or one cannot be loaded
   */
  public <P extends Provider> List<P> all(Class<P> kind) {
    return found.computeIfAbsent(kind, this::load).stream().map(kind::cast).toList();
  }

  private List<? extends Provider> load(Class<? extends Provider> kind) {
    List<Provider> providers = new ArrayList<>();
    try {
      loader.apply(kind).forEach(providers::add);
    } catch (ServiceConfigurationError e) {
      throw new OpenClipException("a plugin cannot be loaded: " + e.getMessage(), e);
    }
    providers.sort(
        Comparator.comparingInt(Provider::priority).reversed().thenComparing(Provider::name));
    for (int i = 0; i < providers.size(); i++) {
      for (int j = i + 1; j < providers.size(); j++) {
        if (providers.get(i).name().equals(providers.get(j).name())) {
          throw new OpenClipException(
              "two plugins are named '%s': %s from %s and %s from %s; remove one of the jars"
                  .formatted(
                      providers.get(i).name(),
                      providers.get(i).getClass().getName(),
                      origin(providers.get(i)),
                      providers.get(j).getClass().getName(),
                      origin(providers.get(j))));
        }
      }
    }
    return List.copyOf(providers);
  }

  /** Returns the jar or folder that a provider came from, for messages. */
  public static String origin(Provider provider) {
    CodeSource source = provider.getClass().getProtectionDomain().getCodeSource();
    return source == null || source.getLocation() == null
        ? "the Java runtime"
        : source.getLocation().toString();
  }

  /**
   * Returns the provider of a name.
   *
   * @throws UnknownNameException when there is none; the message lists those there are and the jar
   *     that would add one
   */
  public <P extends Provider> P named(Class<P> kind, String name) {
    List<P> all = all(kind);
    for (P provider : all) {
      if (provider.name().equals(name)) {
        return provider;
      }
    }
    throw new UnknownNameException(
        label(kind),
        name,
        all.stream().map(Provider::name).toList(),
        REMEDIES.getOrDefault(kind, ""));
  }

  /** Returns the preferred provider that a condition accepts; empty when it accepts none. */
  public <P extends Provider> Optional<P> first(Class<P> kind, Predicate<? super P> condition) {
    return all(kind).stream().filter(condition).findFirst();
  }

  /**
   * Returns the preferred provider of a kind.
   *
   * @throws OpenClipException when there is none; the message names the jar to add
   */
  public <P extends Provider> P preferred(Class<P> kind) {
    return first(kind, provider -> true)
        .orElseThrow(
            () ->
                new OpenClipException(
                    "there is no %s. %s".formatted(label(kind), REMEDIES.getOrDefault(kind, ""))));
  }

  /** Returns the kind in words: {@code BackendProvider} is a backend. */
  private static String label(Class<?> kind) {
    String name = kind.getSimpleName().replace("Provider", "");
    return name.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(java.util.Locale.ROOT);
  }
}

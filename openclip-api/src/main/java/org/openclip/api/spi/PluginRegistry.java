package org.openclip.api.spi;

import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.openclip.api.OpenClipException;
import org.openclip.api.UnknownNameException;

/**
 * Finds the plugins of a class loader or module layer, when they are first needed.
 *
 * <p>A provider of a kind is chosen by name, otherwise by priority, otherwise by the alphabetical
 * order of the names. Two providers of the same name are an error that names both jars. A provider
 * that cannot be loaded does not affect the others; an error names it only when no other provider
 * can be used. Thread-safe. A registry holds nothing but providers and need not be closed.
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
          "Add openclip-models, or the jar of the tokenizer, to the class or module path.",
          ModelCatalogueProvider.class,
          "Add openclip-models, or the jar that names models, to the class or module path.");

  private final List<PluginPlace> places;
  private final Map<Class<? extends Provider>, Found> found = new ConcurrentHashMap<>();

  private PluginRegistry(Collection<PluginPlace> places) {
    this.places = List.copyOf(places);
  }

  /** What was found of one kind, the preferred provider first, and why others were not. */
  private record Found(List<Provider> providers, String broken) {}

  /**
   * Creates a registry of the thread's context class loader. If that class loader does not see
   * OpenCLIP, the registry also uses the class loader or module layer of OpenCLIP.
   */
  public static PluginRegistry create() {
    return create(PluginRegistry.class);
  }

  /**
   * Creates a registry of the thread's context class loader. If that class loader does not see this
   * OpenCLIP, the registry also uses the class loader or module layer of a class.
   *
   * @param beside a class in the same place as the plugins, if they are not in the same place as
   *     OpenCLIP
   */
  public static PluginRegistry create(Class<?> beside) {
    return new PluginRegistry(PluginPlace.around(beside));
  }

  /** Creates a registry of the plugins that a class loader sees. */
  public static PluginRegistry of(ClassLoader classLoader) {
    return new PluginRegistry(List.of(new PluginPlace.Loader(classLoader)));
  }

  /** Creates a registry of the plugins in a module layer and its parents. */
  public static PluginRegistry of(ModuleLayer layer) {
    return new PluginRegistry(List.of(new PluginPlace.Layer(layer)));
  }

  /**
   * Returns all providers of a kind, the preferred one first; an empty list if there are none. A
   * provider that cannot be loaded is skipped with a warning in the log.
   *
   * @throws OpenClipException when two have the same name, or none can be loaded
   */
  public <P extends Provider> List<P> all(Class<P> kind) {
    Found all = found(kind);
    if (all.providers().isEmpty() && !all.broken().isEmpty()) {
      throw new OpenClipException(all.broken());
    }
    return all.providers().stream().map(kind::cast).toList();
  }

  /**
   * Returns the providers of a kind of which at least one is required.
   *
   * @throws OpenClipException when there is none; the message names the jar to add and the places
   *     that were searched
   */
  public <P extends Provider> List<P> some(Class<P> kind) {
    List<P> all = all(kind);
    if (all.isEmpty()) {
      throw none(kind);
    }
    return all;
  }

  private <P extends Provider> OpenClipException none(Class<P> kind) {
    String remedy = REMEDIES.getOrDefault(kind, "");
    return new OpenClipException(
        "no %s was found. %s Searched in %s."
            .formatted(
                label(kind),
                remedy,
                String.join(" and ", places.stream().map(Object::toString).toList())));
  }

  private <P extends Provider> Found found(Class<P> kind) {
    return found.computeIfAbsent(kind, k -> load(kind));
  }

  private <P extends Provider> Found load(Class<P> kind) {
    Map<Class<?>, Ranked> loaded = new LinkedHashMap<>();
    List<String> broken = new ArrayList<>();
    for (PluginPlace place : places) {
      List<Throwable> failures = new ArrayList<>();
      Discovery.each(
          place.services(kind),
          p -> loaded.putIfAbsent(p.getClass(), new Ranked(p, p.name(), p.priority())),
          failures::add);
      if (!failures.isEmpty()) {
        broken.add(told(place.announced(kind), loaded.keySet(), failures));
      }
    }
    if (!broken.isEmpty()) {
      System.getLogger(PluginRegistry.class.getName())
          .log(System.Logger.Level.WARNING, String.join("; ", broken));
    }
    List<Ranked> ranked = new ArrayList<>(loaded.values());
    ranked.sort(Comparator.comparingInt(Ranked::priority).reversed().thenComparing(Ranked::name));
    refuseTwins(ranked);
    return new Found(ranked.stream().map(Ranked::provider).toList(), String.join("; ", broken));
  }

  /** A provider that has answered what it is called. */
  private record Ranked(Provider provider, String name, int priority) {}

  private static String told(
      Map<String, String> announced, Set<Class<?>> loaded, List<Throwable> failures) {
    Map<String, String> missing = new LinkedHashMap<>(announced);
    loaded.forEach(type -> missing.remove(type.getName()));
    missing.remove("");
    List<String> names = new ArrayList<>();
    missing.forEach((name, place) -> names.add(name + " from " + place));
    List<String> reasons = failures.stream().map(PluginRegistry::reason).distinct().toList();
    return "a plugin cannot be loaded: %s (%s); replace its jar, or remove it"
        .formatted(String.join(", ", names), String.join("; ", reasons));
  }

  private static String reason(Throwable failure) {
    if (!(failure instanceof ServiceConfigurationError)) {
      return failure.toString();
    }
    return failure.getCause() == null
        ? String.valueOf(failure.getMessage())
        : failure.getMessage() + ": " + failure.getCause();
  }

  private static void refuseTwins(List<Ranked> ranked) {
    Map<String, Provider> byName = new LinkedHashMap<>();
    for (Ranked one : ranked) {
      Provider twin = byName.putIfAbsent(one.name(), one.provider());
      if (twin != null) {
        throw new OpenClipException(
            "two plugins are named '%s': %s from %s and %s from %s; remove one of the jars"
                .formatted(
                    one.name(),
                    twin.getClass().getName(),
                    origin(twin),
                    one.provider().getClass().getName(),
                    origin(one.provider())));
      }
    }
  }

  /** Returns the jar or folder of a provider, for messages. */
  public static String origin(Provider provider) {
    CodeSource source = provider.getClass().getProtectionDomain().getCodeSource();
    return source == null || source.getLocation() == null
        ? "the Java runtime"
        : source.getLocation().toString();
  }

  /**
   * Returns the provider with a name.
   *
   * @throws UnknownNameException when there is none; the message lists the known names and the jar
   *     that would add one
   */
  public <P extends Provider> P named(Class<P> kind, String name) {
    List<P> all = all(kind);
    for (P provider : all) {
      if (provider.name().equals(name)) {
        return provider;
      }
    }
    String remedy = REMEDIES.getOrDefault(kind, "");
    String broken = found(kind).broken();
    throw new UnknownNameException(
        label(kind),
        name,
        all.stream().map(Provider::name).toList(),
        broken.isEmpty() ? remedy : (remedy + " But " + broken).strip());
  }

  /**
   * Returns the preferred provider that a condition accepts; empty when it accepts none.
   *
   * @throws OpenClipException when it accepts none of the providers that can be loaded, and others
   *     cannot be loaded
   */
  public <P extends Provider> Optional<P> first(Class<P> kind, Predicate<? super P> condition) {
    Optional<P> first = all(kind).stream().filter(condition).findFirst();
    String broken = found(kind).broken();
    if (first.isEmpty() && !broken.isEmpty()) {
      throw new OpenClipException("no %s matches, and %s".formatted(label(kind), broken));
    }
    return first;
  }

  /**
   * Returns the preferred provider of a kind.
   *
   * @throws OpenClipException when there is none; the message names the jar to add
   */
  public <P extends Provider> P preferred(Class<P> kind) {
    return some(kind).get(0);
  }

  /** Returns the kind in words: {@code BackendProvider} is a backend. */
  private static String label(Class<?> kind) {
    String name = kind.getSimpleName().replace("Provider", "");
    return name.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(java.util.Locale.ROOT);
  }
}

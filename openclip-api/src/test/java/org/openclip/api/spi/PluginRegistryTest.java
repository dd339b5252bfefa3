package org.openclip.api.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.OpenClipException;
import org.openclip.api.UnknownNameException;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Value;

/** What the class path brings; a module that provides a plugin must say so, and tests cannot. */
@Tag("once")
class PluginRegistryTest {
  @TempDir Path folder;

  /** A loss that exists to be found. */
  public abstract static class NamedLoss implements LossProvider {
    @Override
    public Map<String, Value> write(
        GraphBuilder graph, Map<String, Value> features, Map<String, Object> options) {
      return Map.of();
    }
  }

  /** Found first by its priority. */
  public static final class Strong extends NamedLoss {
    @Override
    public String name() {
      return "strong";
    }

    @Override
    public int priority() {
      return 10;
    }
  }

  /** Found by name. */
  public static final class Weak extends NamedLoss {
    @Override
    public String name() {
      return "clip";
    }
  }

  /** Bears a name that another one has. */
  public static final class Twin extends NamedLoss {
    @Override
    public String name() {
      return "clip";
    }
  }

  private PluginRegistry registry(Class<?>... providers) throws IOException {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    List<String> names = java.util.Arrays.stream(providers).map(Class::getName).toList();
    Files.write(services.resolve(LossProvider.class.getName()), names);
    return PluginRegistry.of(
        new URLClassLoader(
            new URL[] {folder.toUri().toURL()}, PluginRegistryTest.class.getClassLoader()));
  }

  @Test
  void priorityDecidesUnlessANameIsGiven() throws IOException {
    PluginRegistry registry = registry(Weak.class, Strong.class);

    assertThat(registry.preferred(LossProvider.class).name()).isEqualTo("strong");
    assertThat(registry.named(LossProvider.class, "clip")).isInstanceOf(Weak.class);
    assertThat(registry.all(LossProvider.class))
        .extracting(Provider::name)
        .containsExactly("strong", "clip");
  }

  @Test
  void anUnknownNameListsTheNearest() throws IOException {
    PluginRegistry registry = registry(Weak.class, Strong.class);

    assertThatThrownBy(() -> registry.named(LossProvider.class, "Strnog"))
        .isInstanceOf(UnknownNameException.class)
        .hasMessageContaining("unknown loss 'Strnog'")
        .hasMessageContaining("did you mean strong?");
  }

  @Test
  void twoOfOneNameAreAnErrorThatNamesBothPlaces() throws IOException {
    PluginRegistry registry = registry(Weak.class, Twin.class);

    assertThatThrownBy(() -> registry.all(LossProvider.class))
        .isInstanceOf(OpenClipException.class)
        .hasMessageContaining("two plugins are named 'clip'")
        .hasMessageContaining(Weak.class.getName())
        .hasMessageContaining(Twin.class.getName())
        .hasMessageContaining("file:");
  }

  @Test
  void aProviderThatCannotBeLoadedIsAnError() throws IOException {
    PluginRegistry registry = registry(PluginRegistryTest.class);

    assertThatThrownBy(() -> registry.all(LossProvider.class))
        .isInstanceOf(OpenClipException.class)
        .hasMessageContaining("cannot be loaded");
  }

  /** Cannot be made. */
  public static final class Failing extends NamedLoss {
    public Failing() {
      throw new UnsupportedOperationException("made for another OpenCLIP");
    }

    @Override
    public String name() {
      return "failing";
    }
  }

  private void announce(String... names) throws IOException {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.write(services.resolve(LossProvider.class.getName()), List.of(names));
  }

  @Test
  void aBrokenPluginIsNamedForWhatItBringsAndDisturbsNoOther() throws IOException {
    PluginRegistry registry = registry();
    announce(Failing.class.getName(), "com.example.Missing", Weak.class.getName());

    assertThat(registry.all(LossProvider.class)).hasExactlyElementsOfTypes(Weak.class);
    assertThat(registry.named(LossProvider.class, "clip")).isInstanceOf(Weak.class);
    assertThat(registry.preferred(LossProvider.class)).isInstanceOf(Weak.class);
    assertThatThrownBy(() -> registry.named(LossProvider.class, "failing"))
        .isInstanceOf(UnknownNameException.class)
        .hasMessageContaining("there are clip")
        .hasMessageContaining(Failing.class.getName() + " from file:")
        .hasMessageContaining("made for another OpenCLIP")
        .hasMessageContaining("com.example.Missing from file:");
    assertThatThrownBy(() -> registry.first(LossProvider.class, loss -> false))
        .isInstanceOf(OpenClipException.class)
        .hasMessageContaining("com.example.Missing");
  }

  @Test
  void aClassOfANewerJavaIsABrokenPlugin() throws IOException {
    PluginRegistry registry = registry();
    announce("com.example.Newer", Weak.class.getName());
    Path classes = Files.createDirectories(folder.resolve("com/example"));
    byte[] header = {(byte) 0xCA, (byte) 0xFE, (byte) 0xBA, (byte) 0xBE, 0, 0, 0x7F, 0};
    Files.write(classes.resolve("Newer.class"), header);

    assertThat(registry.all(LossProvider.class)).hasExactlyElementsOfTypes(Weak.class);
    assertThatThrownBy(() -> registry.named(LossProvider.class, "newer"))
        .hasMessageContaining("com.example.Newer from file:");
  }

  @Test
  void aThreadOfAnotherClassLoaderFindsWhatLiesBesideTheClass() throws IOException {
    announce(Weak.class.getName());
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    try (URLClassLoader plugins =
        new URLClassLoader(
            new URL[] {folder.toUri().toURL()}, PluginRegistryTest.class.getClassLoader())) {
      Thread.currentThread().setContextClassLoader(plugins);
      assertThat(PluginRegistry.create().all(LossProvider.class)).hasSize(1);
      Thread.currentThread().setContextClassLoader(ClassLoader.getPlatformClassLoader());
      assertThatThrownBy(() -> PluginRegistry.create().some(ModelCatalogueProvider.class))
          .isInstanceOf(OpenClipException.class)
          .hasMessageContaining("no model catalogue was found")
          .hasMessageContaining("openclip-models")
          .hasMessageContaining("class loader 'app'");
    } finally {
      Thread.currentThread().setContextClassLoader(context);
    }
  }

  @Test
  void nothingFoundNamesTheJarToAdd() {
    PluginRegistry empty = PluginRegistry.of(ClassLoader.getPlatformClassLoader());

    assertThatThrownBy(() -> empty.preferred(BackendProvider.class))
        .hasMessageContaining("no backend was found")
        .hasMessageContaining("openclip-backend-onnx");
  }
}

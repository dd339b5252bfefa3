package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.spi.ImageEncoderProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.spi.TokenizerProvider;

/** On the module path, backends and models are modules as well, found by their descriptors. */
class PathTest {
  @Test
  void pluginsAreModulesWhenTheHubIsOne() {
    boolean named = "module".equals(System.getProperty("openclip.path"));
    PluginRegistry plugins = PluginRegistry.create();

    assertThat(OpenClip.class.getModule().isNamed()).isEqualTo(named);
    assertThat(plugins.all(BackendProvider.class)).isNotEmpty().allMatch(p -> named == isNamed(p));
    assertThat(plugins.all(ImageEncoderProvider.class))
        .isNotEmpty()
        .allMatch(p -> named == isNamed(p));
    assertThat(plugins.all(TokenizerProvider.class))
        .isNotEmpty()
        .allMatch(p -> named == isNamed(p));
  }

  private static boolean isNamed(Object provider) {
    return provider.getClass().getModule().isNamed();
  }
}

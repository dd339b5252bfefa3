package org.openclip.hub.guice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.ProvisionException;
import jakarta.inject.Inject;
import org.junit.jupiter.api.Test;
import org.openclip.api.ClosedException;
import org.openclip.api.model.ClipModel;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.OpenClip;
import org.openclip.hub.model.FreshWeights;

class OpenClipModuleTest {
  /** A part of an application that wants a model. */
  static final class Search {
    final ClipModel model;

    @Inject
    Search(ClipModel model) {
      this.model = model;
    }
  }

  private static ModelBuilder tiny() {
    ModelBuilder builder =
        OpenClip.model("ViT-S-32-alt")
            .override("vision_cfg.layers", 1)
            .override("text_cfg.layers", 1)
            .imageSize(32, 32);
    return builder.weights(FreshWeights.hash(builder.architecture()).toWeights());
  }

  @Test
  void oneModelIsLoadedForAllAndClosedWithTheCloser() {
    Injector injector = Guice.createInjector(OpenClipModule.create(tiny()));

    ClipModel model = injector.getInstance(Search.class).model;

    assertThat(injector.getInstance(ClipModel.class)).isSameAs(model);
    assertThat(
            injector
                .getInstance(PluginRegistry.class)
                .all(org.openclip.api.spi.BackendProvider.class))
        .isNotEmpty();
    Tensor pixels = Tensor.of(new float[3 * 32 * 32], 1, 3, 32, 32);
    assertThat(model.encodePixels(pixels).size()).isEqualTo(1);

    injector.getInstance(ModelCloser.class).close();
    injector.getInstance(ModelCloser.class).close();

    assertThatThrownBy(() -> model.encodePixels(pixels)).isInstanceOf(ClosedException.class);
  }

  @Test
  void nothingIsLoadedAfterTheCloser() {
    Injector injector = Guice.createInjector(OpenClipModule.create(tiny()));
    injector.getInstance(ModelCloser.class).close();

    assertThatThrownBy(() -> injector.getInstance(ClipModel.class))
        .isInstanceOf(ProvisionException.class)
        .hasCauseInstanceOf(ClosedException.class);
  }
}

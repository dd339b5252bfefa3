package org.openclip.models.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.graph.DenseForm;
import org.openclip.api.graph.DenseGraph;
import org.openclip.api.graph.DenseGrid;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Shape;
import org.openclip.api.graph.Value;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.PluginRegistry;

/** Every image tower of the catalogue has features of single patches. */
class DenseTowersTest {
  private static final OpenClipCatalogue CATALOGUE = new OpenClipCatalogue();

  @Test
  void everyTowerHasFeaturesOfPatchesAndAllButConvNextsHaveAttention() throws IOException {
    PluginRegistry plugins = PluginRegistry.create();
    for (String name : CATALOGUE.models()) {
      Architecture architecture = Architecture.of(config(name), plugins);
      DenseGraph dense = architecture.denseGraph(DenseForm.CLEARCLIP);

      Dim width = Dim.of(architecture.config().embedDim());
      Value features = dense.graph().outputs().get(DenseGraph.FEATURES);
      assertThat(features).as(name).isNotNull();
      Dim patches = features.shape().dim(1);
      assertThat(features.shape()).as(name).isEqualTo(Shape.of(Dim.BATCH, patches, width));
      assertThat(dense.graph().outputs().containsKey(DenseGraph.ATTENTION))
          .as(name)
          .isEqualTo(!name.startsWith("convnext"));
      assertThat(architecture.parameters().values())
          .as(name)
          .containsAll(dense.graph().parameters());
      checkGrid(name, dense.grid(), patches, architecture);
    }
  }

  private static ModelConfig config(String name) throws IOException {
    try (InputStream json = CATALOGUE.open(name)) {
      return ModelConfig.of(JSON.std.mapFrom(json.readAllBytes()));
    }
  }

  /** The grid covers the image but for what a last patch does not fill. */
  private static void checkGrid(String name, DenseGrid grid, Dim patches, Architecture model) {
    if (grid == null) {
      assertThat(model.patchGraph()).as(name).isPresent();
      return;
    }
    assertThat(grid.rows() * grid.columns()).as(name).isEqualTo((int) patches.size());
    double height = model.imageEncoder().height();
    assertThat(grid.rows() * grid.cellHeight())
        .as(name)
        .isBetween(height - grid.cellHeight(), height);
  }
}

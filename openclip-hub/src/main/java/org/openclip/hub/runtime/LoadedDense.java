package org.openclip.hub.runtime;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.openclip.api.backend.Program;
import org.openclip.api.graph.DenseForm;
import org.openclip.api.graph.DenseGraph;
import org.openclip.api.image.Image;
import org.openclip.api.image.ImagePreprocessor;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.DenseEncoder;
import org.openclip.api.model.DenseFeatures;
import org.openclip.api.model.HeatMap;
import org.openclip.api.tensor.Tensor;
import org.openclip.hub.picture.PictureFiles;

/** Features of single patches by a model that runs on a backend. */
final class LoadedDense implements DenseEncoder {
  private final Lazy<ImagePreprocessor> preprocessor;
  private final Lazy<PictureFiles> pictures;
  private final RunningTowers towers;
  private final OpenGate gate;
  private final PatchPlaces places;
  private final Map<DenseForm, Lazy<Program>> programs = new EnumMap<>(DenseForm.class);

  LoadedDense(
      Architecture architecture,
      Lazy<ImagePreprocessor> preprocessor,
      Lazy<PictureFiles> pictures,
      RunningTowers towers,
      OpenGate gate) {
    this.preprocessor = preprocessor;
    this.pictures = pictures;
    this.towers = towers;
    this.gate = gate;
    // Says at once when the tower has no such features.
    DenseGraph plain = architecture.denseGraph(DenseForm.TOKENS);
    places = new PatchPlaces(architecture.imageEncoder(), plain.grid());
    for (DenseForm form : DenseForm.values()) {
      programs.put(form, new Lazy<>(() -> towers.compile(architecture.denseGraph(form).graph())));
    }
  }

  @Override
  public DenseFeatures encode(Path file, DenseForm form) {
    return gate.pass(() -> of(pictures.get().read(file), form));
  }

  @Override
  public DenseFeatures encode(Image image, DenseForm form) {
    return gate.pass(() -> of(image, form));
  }

  private DenseFeatures of(Image image, DenseForm form) {
    PictureInput input = towers.input();
    ByteBuffer place = Tensor.allocate(input.bytes());
    HeatMap where = places.of(image, preprocessor.get());
    input.fill(image, preprocessor.get(), place);
    return rows(program(form).run(input.of(place, 1)), where).getFirst();
  }

  @Override
  public List<DenseFeatures> encodePixels(Tensor pixels, DenseForm form) {
    PictureInput input = towers.input();
    input.check(pixels);
    int height = Math.toIntExact(pixels.shape()[2]);
    int width = Math.toIntExact(pixels.shape()[3]);
    return gate.pass(
        () -> rows(program(form).run(input.ofPixels(pixels)), places.of(height, width)));
  }

  private Program program(DenseForm form) {
    return Objects.requireNonNull(programs.get(form)).get();
  }

  private static List<DenseFeatures> rows(Map<String, Tensor> outputs, HeatMap where) {
    List<DenseFeatures> all = new ArrayList<>();
    PatchOutput tokens = PatchOutput.of(outputs, DenseGraph.TOKENS);
    PatchOutput features = PatchOutput.of(outputs, DenseGraph.FEATURES);
    boolean attends = outputs.containsKey(DenseGraph.ATTENTION);
    for (int image = 0; image < tokens.images(); image++) {
      Tensor attention =
          attends ? PatchOutput.of(outputs, DenseGraph.ATTENTION).tensor(image) : null;
      all.add(
          new DenseFeatures(
              tokens.embeddings(image), features.embeddings(image), attention, where));
    }
    return all;
  }
}

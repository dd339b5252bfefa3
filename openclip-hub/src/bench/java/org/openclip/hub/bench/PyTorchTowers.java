package org.openclip.hub.bench;

import ai.djl.MalformedModelException;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ModelNotFoundException;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.NoopTranslator;
import ai.djl.translate.TranslateException;
import java.io.IOException;
import java.nio.file.Path;

/** The towers as TorchScript on libtorch. It computes all 77 tokens, as the reference does. */
final class PyTorchTowers implements Towers {
  private static final int CONTEXT = 77;

  private final NDManager memory = NDManager.newBaseManager();
  private final ZooModel<NDList, NDList> visual;
  private final ZooModel<NDList, NDList> text;
  private final Predictor<NDList, NDList> visualRuns;
  private final Predictor<NDList, NDList> textRuns;
  private final NDList pixels;
  private final NDList tokens;

  PyTorchTowers(Path folder, int batch) {
    visual = load(folder.resolve("vit-b-32-visual.pt"));
    text = load(folder.resolve("vit-b-32-text.pt"));
    visualRuns = visual.newPredictor();
    textRuns = text.newPredictor();
    NDArray picture = memory.create(Towers.pixels(batch), new Shape(batch, 3, SIDE, SIDE));
    pixels = new NDList(picture);
    long[] ids = new long[batch * CONTEXT];
    for (int i = 0; i < batch; i++) {
      for (int j = 0; j < 10; j++) {
        ids[i * CONTEXT + j] = j == 0 ? 49406 : j == 9 ? 49407 : 320 + 31 * i + j;
      }
    }
    tokens = new NDList(memory.create(ids, new Shape(batch, CONTEXT)));
  }

  private static ZooModel<NDList, NDList> load(Path file) {
    try {
      return Criteria.builder()
          .setTypes(NDList.class, NDList.class)
          .optModelPath(file)
          .optEngine("PyTorch")
          .optTranslator(new NoopTranslator())
          .build()
          .loadModel();
    } catch (IOException | ModelNotFoundException | MalformedModelException e) {
      throw new IllegalStateException("cannot load " + file, e);
    }
  }

  private static float run(Predictor<NDList, NDList> runs, NDList input) {
    try (NDList output = runs.predict(input)) {
      return output.head().toFloatArray()[0];
    } catch (TranslateException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public Object images() {
    return run(visualRuns, pixels);
  }

  @Override
  public Object captions() {
    return run(textRuns, tokens);
  }

  @Override
  public void close() {
    visualRuns.close();
    textRuns.close();
    visual.close();
    text.close();
    memory.close();
  }
}

package org.openclip.backend.tf.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.backend.ExportableModel;
import org.openclip.api.backend.Precision;
import org.openclip.api.graph.ArithmeticOp.Reduction;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/** What is written runs under TensorFlow's own interface, which knows nothing of OpenCLIP. */
class SavedModelExporterTest {
  private static final float[] IMAGE_WEIGHT = {1, 2, 0, -1, 0.5f, 1};
  private static final float[] TABLE = {1, 0, 0, 1, 1, 1, -1, 2};

  @TempDir Path folder;

  private static Graph image() {
    GraphBuilder g = new GraphBuilder("image");
    Value pixels = g.input("pixels", DataType.FLOAT32, Dim.BATCH, Dim.of(3));
    g.output(
        "features", g.linear(pixels, g.parameter("visual.proj", Initializer.ZEROS, 2, 3), null));
    return g.build();
  }

  private static Graph text() {
    GraphBuilder g = new GraphBuilder("text");
    Value tokens = g.input("tokens", DataType.INT64, Dim.BATCH, Dim.LENGTH);
    Value rows =
        g.embedding(g.parameter("token_embedding.weight", Initializer.ZEROS, 4, 2), tokens);
    g.output("features", g.reduce(rows, Reduction.SUM, 1));
    return g.build();
  }

  private static Graph scores() {
    GraphBuilder g = new GraphBuilder("scores");
    Value image = g.input("image_features", DataType.FLOAT32, Dim.symbol("images"), Dim.of(2));
    Value text = g.input("text_features", DataType.FLOAT32, Dim.symbol("texts"), Dim.of(2));
    Value scale = g.parameter("logit_scale", Initializer.ONES);
    g.output("probabilities", g.softmax(g.times(g.matMulTransposed(image, text), scale), 1));
    return g.build();
  }

  private static Weights weights() {
    return Weights.of(
        Map.of(
            "visual.proj",
            Tensor.of(IMAGE_WEIGHT, 2, 3),
            "token_embedding.weight",
            Tensor.of(TABLE, 4, 2),
            "logit_scale",
            Tensor.of(new float[] {0.5f})));
  }

  private static float[] floats(org.tensorflow.Tensor tensor) {
    float[] values = new float[(int) tensor.shape().size()];
    ((TFloat32) tensor).copyTo(DataBuffers.of(FloatBuffer.wrap(values)));
    return values;
  }

  private static String input(SavedModelBundle bundle, String signature, String name) {
    return definition(bundle, signature).getInputsOrThrow(name).getName();
  }

  private static String output(SavedModelBundle bundle, String signature, String name) {
    return definition(bundle, signature).getOutputsOrThrow(name).getName();
  }

  private static SignatureDef definition(SavedModelBundle bundle, String signature) {
    return bundle.metaGraphDef().getSignatureDefOrThrow(signature);
  }

  @Test
  void itsSignaturesAnswerWithoutOpenClip() {
    ExportableModel model =
        new ExportableModel("tiny", image(), text(), scores(), weights(), Precision.FLOAT32);

    List<Path> files = new SavedModelExporter().export(model, folder);

    assertThat(files).allSatisfy(file -> assertThat(file).isRegularFile());
    try (SavedModelBundle bundle = SavedModelBundle.load(folder.toString(), "serve");
        TFloat32 pixels =
            TFloat32.tensorOf(
                Shape.of(2, 3), DataBuffers.of(FloatBuffer.wrap(new float[] {1, 0, 0, 0, 1, 1})));
        TInt64 tokens =
            TInt64.tensorOf(
                Shape.of(3, 2), DataBuffers.of(LongBuffer.wrap(new long[] {0, 1, 2, 2, 3, 0})))) {
      Session session = bundle.session();
      assertThat(bundle.metaGraphDef().getSignatureDefMap())
          .containsOnlyKeys("encode_image", "encode_text", "classify", "serving_default");
      try (Result image =
              session
                  .runner()
                  .feed(input(bundle, "encode_image", "pixels"), pixels)
                  .fetch(output(bundle, "encode_image", "features"))
                  .run();
          Result text =
              session
                  .runner()
                  .feed(input(bundle, "encode_text", "tokens"), tokens)
                  .fetch(output(bundle, "encode_text", "features"))
                  .run();
          Result both =
              session
                  .runner()
                  .feed(input(bundle, "serving_default", "pixels"), pixels)
                  .feed(input(bundle, "serving_default", "tokens"), tokens)
                  .fetch(output(bundle, "serving_default", "probabilities"))
                  .run()) {
        assertThat(floats(image.get(0)))
            .containsExactly(new float[] {1, -1, 2, 1.5f}, within(1e-6f));
        assertThat(floats(text.get(0)))
            .containsExactly(new float[] {1, 1, 2, 2, 0, 2}, within(1e-6f));
        // Logits of the first picture: (0, 0, -2) / 2.
        double rest = Math.exp(-1);
        float high = (float) (1 / (2 + rest));
        assertThat(floats(both.get(0))[0]).isCloseTo(high, within(1e-6f));
        assertThat(floats(both.get(0))[2]).isCloseTo((float) (rest / (2 + rest)), within(1e-6f));
        assertThat(both.get(0).shape()).isEqualTo(Shape.of(2, 3));
      }
    }
  }
}

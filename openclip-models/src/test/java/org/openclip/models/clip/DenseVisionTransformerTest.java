package org.openclip.models.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.openclip.api.encoder.EncoderContext;
import org.openclip.api.graph.DenseForm;
import org.openclip.api.graph.DenseGraph;
import org.openclip.api.graph.DenseGrid;
import org.openclip.api.graph.Dim;
import org.openclip.api.graph.GraphBuilder;
import org.openclip.api.graph.LeafOp.Parameter;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.testkit.Array;
import org.openclip.testkit.Interpreter;

/** The features of single patches against the formulas, written out in double precision. */
class DenseVisionTransformerTest {
  private static final int WIDTH = 8;
  private static final int HEADS = 2;
  private static final int ROWS = 7;
  private static final int EMBED = 4;

  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final Tensor pixels = random("pixels", 1, 3, 8, 12);

  private Map<String, Array> run(DenseForm form, Map<String, Object> more) {
    Map<String, Object> config = new LinkedHashMap<>(more);
    config.putAll(Map.of("patch_size", 4, "width", WIDTH, "head_width", 4, "layers", 2));
    config.put("image_size", List.of(8, 12));
    GraphBuilder g = new GraphBuilder("image");
    var input = g.input("pixels", DataType.FLOAT32, Dim.BATCH, Dim.of(3), Dim.of(8), Dim.of(12));
    VisionTransformer tower = new VisionTransformer(new EncoderContext(config, EMBED, true, false));
    g.output("features", tower.encode(g, input).features());
    DenseGraph dense = DenseGraph.of(g.build(), "features", form);
    assertThat(dense.grid()).isEqualTo(new DenseGrid(2, 3, 4, 4));
    for (Parameter parameter : dense.graph().parameters()) {
      tensors.computeIfAbsent(parameter.name(), n -> random(n, parameter.shape().sizes()));
    }
    Map<String, Array> outputs =
        new LinkedHashMap<>(
            Interpreter.run(dense.graph(), Weights.of(tensors), Map.of("pixels", pixels)));
    outputs.putAll(Interpreter.run(g.build(), Weights.of(tensors), Map.of("pixels", pixels)));
    return outputs;
  }

  private static Tensor random(String name, long... shape) {
    Random random = new Random(name.hashCode());
    float[] values = new float[Math.toIntExact(Tensor.count(shape))];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (0.5 * random.nextGaussian());
    }
    return Tensor.of(values, shape);
  }

  @ParameterizedTest
  @EnumSource
  void patchesAreWhatTheFormulasSay(DenseForm form) {
    Map<String, Array> outputs = run(form, Map.of());

    double[][] before = block(embedded(), 0, DenseForm.TOKENS);
    double[][] tokens = norm(block(before, 1, DenseForm.TOKENS), "ln_post");
    double[][] features =
        product(norm(block(before, 1, form), "ln_post"), transposed(matrix("proj", WIDTH)));

    same(outputs.get(DenseGraph.TOKENS), tokens);
    same(outputs.get(DenseGraph.FEATURES), features);
    double[] attention = outputs.get(DenseGraph.ATTENTION).data();
    double[][][] qkv = qkv(norm(before, "transformer.resblocks.1.ln_1"), 1);
    for (int head = 0; head < HEADS; head++) {
      double[] weights = softmax(scores(qkv[0], qkv[1], head)[0]);
      for (int patch = 0; patch < ROWS - 1; patch++) {
        assertThat(attention[head * (ROWS - 1) + patch])
            .isCloseTo(weights[patch + 1], within(1e-9));
      }
    }
  }

  @Test
  void theMeanOfThePatchesIsThePooledVectorWhereTheTowerPoolsByIt() {
    Map<String, Array> outputs = run(DenseForm.TOKENS, Map.of("pool_type", "avg"));

    double[] patches = outputs.get(DenseGraph.FEATURES).data();
    for (int i = 0; i < EMBED; i++) {
      double sum = 0;
      for (int patch = 0; patch < ROWS - 1; patch++) {
        sum += patches[patch * EMBED + i];
      }
      assertThat(sum / (ROWS - 1)).isCloseTo(outputs.get("features").data()[i], within(1e-9));
    }
  }

  private double[][] matrix(String name, int columns) {
    float[] values = tensors.get(name).toFloats();
    int width = name.equals("proj") ? EMBED : columns;
    double[][] rows = new double[values.length / width][width];
    for (int i = 0; i < values.length; i++) {
      rows[i / width][i % width] = values[i];
    }
    return rows;
  }

  private double[][] embedded() {
    double[][] x = new double[ROWS][];
    x[0] = matrix("class_embedding", WIDTH)[0];
    double[][] filters = matrix("conv1.weight", 3 * 16);
    float[] image = pixels.toFloats();
    for (int patch = 0; patch < ROWS - 1; patch++) {
      double[] cut = new double[3 * 16];
      for (int i = 0; i < cut.length; i++) {
        int y = patch / 3 * 4 + i % 16 / 4;
        cut[i] = image[i / 16 * 96 + y * 12 + patch % 3 * 4 + i % 4];
      }
      x[patch + 1] = product(new double[][] {cut}, filters)[0];
    }
    return norm(sum(x, matrix("positional_embedding", WIDTH)), "ln_pre");
  }

  private double[][] block(double[][] x, int number, DenseForm form) {
    String scope = "transformer.resblocks." + number + ".";
    double[][][] qkv = qkv(norm(x, scope + "ln_1"), number);
    double[][] mixed =
        switch (form) {
          case TOKENS -> mix(qkv[0], qkv[1], qkv[2]);
          case MASKCLIP -> qkv[2];
          case SCLIP -> sum(mix(qkv[0], qkv[0], qkv[2]), mix(qkv[1], qkv[1], qkv[2]));
          case CLEARCLIP -> mix(qkv[0], qkv[0], qkv[2]);
        };
    double[][] attended = linear(mixed, scope + "attn.out_proj");
    if (form == DenseForm.CLEARCLIP || form == DenseForm.MASKCLIP) {
      return attended;
    }
    double[][] between = sum(x, attended);
    double[][] hidden = linear(norm(between, scope + "ln_2"), scope + "mlp.c_fc");
    for (double[] row : hidden) {
      for (int i = 0; i < row.length; i++) {
        row[i] /= 1 + Math.exp(-1.702 * row[i]);
      }
    }
    return sum(between, linear(hidden, scope + "mlp.c_proj"));
  }

  private double[][][] qkv(double[][] x, int number) {
    String scope = "transformer.resblocks." + number + ".attn.in_proj_";
    double[][] all = product(x, matrix(scope + "weight", WIDTH));
    double[] bias = matrix(scope + "bias", 3 * WIDTH)[0];
    double[][][] parts = new double[3][ROWS][WIDTH];
    for (int row = 0; row < ROWS; row++) {
      for (int i = 0; i < 3 * WIDTH; i++) {
        parts[i / WIDTH][row][i % WIDTH] = all[row][i] + bias[i];
      }
    }
    return parts;
  }

  private static double[][] scores(double[][] queries, double[][] keys, int head) {
    int size = WIDTH / HEADS;
    double[][] scores = new double[ROWS][ROWS];
    for (int q = 0; q < ROWS; q++) {
      for (int k = 0; k < ROWS; k++) {
        for (int i = head * size; i < (head + 1) * size; i++) {
          scores[q][k] += queries[q][i] * keys[k][i] / Math.sqrt(size);
        }
      }
    }
    return scores;
  }

  private static double[] softmax(double[] row) {
    double[] result = new double[row.length];
    double sum = 0;
    for (int i = 0; i < row.length; i++) {
      result[i] = Math.exp(row[i]);
      sum += result[i];
    }
    for (int i = 0; i < row.length; i++) {
      result[i] /= sum;
    }
    return result;
  }

  private static double[][] mix(double[][] queries, double[][] keys, double[][] values) {
    double[][] result = new double[ROWS][WIDTH];
    for (int head = 0; head < HEADS; head++) {
      double[][] scores = scores(queries, keys, head);
      for (int q = 0; q < ROWS; q++) {
        double[] weights = softmax(scores[q]);
        for (int i = head * WIDTH / HEADS; i < (head + 1) * WIDTH / HEADS; i++) {
          for (int k = 0; k < ROWS; k++) {
            result[q][i] += weights[k] * values[k][i];
          }
        }
      }
    }
    return result;
  }

  private double[][] norm(double[][] x, String name) {
    double[] weight = matrix(name + ".weight", WIDTH)[0];
    double[] bias = matrix(name + ".bias", WIDTH)[0];
    double[][] result = new double[x.length][WIDTH];
    for (int row = 0; row < x.length; row++) {
      double mean = Arrays.stream(x[row]).average().orElseThrow();
      double variance = 0;
      for (double value : x[row]) {
        variance += (value - mean) * (value - mean) / WIDTH;
      }
      for (int i = 0; i < WIDTH; i++) {
        result[row][i] = (x[row][i] - mean) / Math.sqrt(variance + 1e-5) * weight[i] + bias[i];
      }
    }
    return result;
  }

  private double[][] linear(double[][] x, String name) {
    double[][] result = product(x, matrix(name + ".weight", x[0].length));
    double[] bias = matrix(name + ".bias", result[0].length)[0];
    for (double[] row : result) {
      for (int i = 0; i < row.length; i++) {
        row[i] += bias[i];
      }
    }
    return result;
  }

  /** Returns {@code x · weightᵀ}. */
  private static double[][] product(double[][] x, double[][] weight) {
    double[][] result = new double[x.length][weight.length];
    for (int row = 0; row < x.length; row++) {
      for (int out = 0; out < weight.length; out++) {
        for (int i = 0; i < x[row].length; i++) {
          result[row][out] += x[row][i] * weight[out][i];
        }
      }
    }
    return result;
  }

  private static double[][] transposed(double[][] matrix) {
    double[][] result = new double[matrix[0].length][matrix.length];
    for (int row = 0; row < matrix.length; row++) {
      for (int column = 0; column < matrix[row].length; column++) {
        result[column][row] = matrix[row][column];
      }
    }
    return result;
  }

  private static double[][] sum(double[][] a, double[][] b) {
    double[][] result = new double[a.length][a[0].length];
    for (int row = 0; row < a.length; row++) {
      for (int i = 0; i < a[row].length; i++) {
        result[row][i] = a[row][i] + b[row][i];
      }
    }
    return result;
  }

  /** Compares all rows but the class token's. */
  private static void same(Array actual, double[][] expected) {
    int width = expected[0].length;
    assertThat(actual.shape()).containsExactly(1, ROWS - 1, width);
    for (int i = 0; i < actual.data().length; i++) {
      assertThat(actual.data()[i]).isCloseTo(expected[i / width + 1][i % width], within(1e-9));
    }
  }
}

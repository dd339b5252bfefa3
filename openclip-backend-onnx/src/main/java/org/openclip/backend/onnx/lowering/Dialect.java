package org.openclip.backend.onnx.lowering;

import static org.openclip.backend.onnx.model.OnnxGraph.floating;
import static org.openclip.backend.onnx.model.OnnxGraph.integer;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openclip.api.graph.NeuralOp.GeluForm;
import org.openclip.api.graph.Shape;
import org.openclip.api.tensor.DataType;
import org.openclip.backend.onnx.model.OnnxGraph;

/**
 * How those operators are written for which ONNX Runtime has kernels beside the standard's: with
 * these kernels, or so that every reader of ONNX knows them. Each method returns the name of the
 * result.
 */
public interface Dialect {
  /**
   * Multiplies by a transposed matrix.
   *
   * @param left {@code [..., m, k]}
   * @param right {@code [..., n, k]}
   * @param rank the number of axes of {@code right}
   */
  String timesTransposed(OnnxGraph out, String left, String right, int rank);

  /** Returns how far integers of weights may go from zero. */
  IntegerRange range();

  /**
   * Multiplies by the transpose of a matrix of 8-bit integers. Each run finds the range of the left
   * operand, rounds it to 8 bits, and adds up integers.
   *
   * @param left {@code float[..., m, in]}
   * @param right {@code [out, in]}
   * @param bias {@code float[out]}, or null
   */
  String timesIntegers(OnnxGraph out, String left, IntegerMatrix right, @Nullable String bias);

  /** Writes a Gaussian error linear unit. */
  String gelu(OnnxGraph out, String input, GeluForm form, DataType type);

  /** Writes {@code x · sigmoid(x)}. */
  String silu(OnnxGraph out, String input);

  /** Writes a layer normalisation of the last axis. */
  default String layerNorm(OnnxGraph out, Sizes sizes, Norm norm) {
    String bias = norm.bias();
    return out.node(
        "LayerNormalization",
        bias == null
            ? List.of(norm.input(), norm.weight())
            : List.of(norm.input(), norm.weight(), bias),
        integer("axis", -1),
        floating("epsilon", norm.epsilon()));
  }

  /**
   * The operands of a layer normalisation.
   *
   * @param input what is normalised, in rows of the last axis
   * @param shape its shape
   * @param weight {@code [width]}
   * @param bias {@code [width]}, or null for zeros
   * @param epsilon what is added to the variance
   */
  record Norm(String input, Shape shape, String weight, @Nullable String bias, double epsilon) {}

  /** Writes a root-mean-square normalisation of the last axis. */
  String rmsNorm(OnnxGraph out, String input, String weight, double epsilon, DataType type);

  /** Returns whether {@link #attention} knows a causal mask for as many keys as queries. */
  boolean knowsCausal();

  /**
   * Writes an attention of several heads.
   *
   * @param heads the operands, heads side by side
   * @param bias {@code [1 or batch, 1 or heads, queries, keys]}, added to the scores; null for none
   * @param causal whether keys behind a query are hidden
   */
  String attention(OnnxGraph out, Heads heads, @Nullable String bias, boolean causal);

  /**
   * The operands of an attention.
   *
   * @param query {@code [batch, queries, count * width]}
   * @param key {@code [batch, keys, count * width]}
   * @param value {@code [batch, keys, count * valueWidth]}
   * @param count the number of heads
   * @param scale the factor of the scores
   * @param type the type of the numbers
   */
  record Heads(String query, String key, String value, int count, double scale, DataType type) {}
}

package org.openclip.api.graph;

import java.util.List;
import org.openclip.api.tensor.DataType;

/** Elementwise operators and reductions. */
public sealed interface ArithmeticOp extends Op {
  /** Functions of one element. */
  enum UnaryFunction {
    /** {@code -x}. */
    NEGATE,
    /** {@code |x|}. */
    ABS,
    /** {@code eˣ}. */
    EXP,
    /** The natural logarithm. */
    LOG,
    /** The square root. */
    SQRT,
    /** {@code sin x}. */
    SIN,
    /** {@code cos x}. */
    COS,
    /** {@code max(x, 0)}. */
    RELU,
    /** {@code 1 / (1 + e⁻ˣ)}. */
    SIGMOID,
    /** {@code log(1 / (1 + e⁻ˣ))}, without overflow. */
    LOG_SIGMOID,
    /** {@code x · sigmoid(x)}. */
    SILU,
    /** The hyperbolic tangent. */
    TANH,
    /** Logical not of a boolean. */
    NOT
  }

  /**
   * A function of every element.
   *
   * @param input any shape
   * @param function the function
   */
  record Unary(Value input, UnaryFunction function) implements ArithmeticOp {
    @Override
    public List<Value> inputs() {
      return List.of(input);
    }
  }

  /** Functions of two elements of one type. */
  enum BinaryFunction {
    /** {@code a + b}. */
    ADD,
    /** {@code a - b}. */
    SUBTRACT,
    /** {@code a · b}. */
    MULTIPLY,
    /** {@code a / b}. */
    DIVIDE,
    /** The smaller one. */
    MINIMUM,
    /** The larger one. */
    MAXIMUM,
    /** {@code aᵇ}. */
    POWER,
    /** Both truth values. */
    AND,
    /** Either truth value. */
    OR
  }

  /**
   * A function of two values, whose shapes are broadcast as NumPy does.
   *
   * @param left the first operand
   * @param right the second operand, of the same type
   * @param function the function
   */
  record Binary(Value left, Value right, BinaryFunction function) implements ArithmeticOp {
    @Override
    public List<Value> inputs() {
      return List.of(left, right);
    }
  }

  /** Relations of two elements. */
  enum Relation {
    /** {@code a == b}. */
    EQUAL,
    /** {@code a < b}. */
    LESS,
    /** {@code a <= b}. */
    LESS_OR_EQUAL
  }

  /**
   * The truth of a relation, as {@code bool}; shapes are broadcast.
   *
   * @param left the first operand
   * @param right the second operand, of the same type
   * @param relation the relation
   */
  record Compare(Value left, Value right, Relation relation) implements ArithmeticOp {
    @Override
    public List<Value> inputs() {
      return List.of(left, right);
    }
  }

  /**
   * One of two values, element by element; shapes are broadcast.
   *
   * @param condition {@code bool}
   * @param whenTrue taken where the condition holds
   * @param whenFalse taken elsewhere, of the same type
   */
  record Choose(Value condition, Value whenTrue, Value whenFalse) implements ArithmeticOp {
    @Override
    public List<Value> inputs() {
      return List.of(condition, whenTrue, whenFalse);
    }
  }

  /**
   * Every element moved into a range.
   *
   * @param input any shape
   * @param minimum the lower end; may be minus infinity
   * @param maximum the upper end; may be infinity
   */
  record Clamp(Value input, double minimum, double maximum) implements ArithmeticOp {
    @Override
    public List<Value> inputs() {
      return List.of(input);
    }
  }

  /**
   * {@code eˣ / Σ eˣ} along an axis.
   *
   * @param input any shape
   * @param axis the axis, counted from the front
   */
  record Softmax(Value input, int axis) implements ArithmeticOp {
    @Override
    public List<Value> inputs() {
      return List.of(input);
    }
  }

  /**
   * The logarithm of the softmax along an axis, without overflow.
   *
   * @param input any shape
   * @param axis the axis, counted from the front
   */
  record LogSoftmax(Value input, int axis) implements ArithmeticOp {
    @Override
    public List<Value> inputs() {
      return List.of(input);
    }
  }

  /** What a reduction keeps of the elements it folds. */
  enum Reduction {
    /** Their sum. */
    SUM,
    /** Their mean. */
    MEAN,
    /** The largest. */
    MAX
  }

  /**
   * A fold over axes.
   *
   * @param input any shape
   * @param reduction what is kept
   * @param axes the axes, counted from the front, ascending
   * @param keep whether the axes stay, with size 1
   */
  record Reduce(Value input, Reduction reduction, List<Integer> axes, boolean keep)
      implements ArithmeticOp {
    /** Copies the list. */
    public Reduce {
      axes = List.copyOf(axes);
    }

    @Override
    public List<Value> inputs() {
      return List.of(input);
    }
  }

  /**
   * The index of the first largest element along an axis, as {@code int64}; the axis goes.
   *
   * @param input any shape
   * @param axis the axis, counted from the front
   */
  record ArgMax(Value input, int axis) implements ArithmeticOp {
    @Override
    public List<Value> inputs() {
      return List.of(input);
    }
  }

  /**
   * Sums of all elements up to and including each one along an axis.
   *
   * @param input any shape
   * @param axis the axis, counted from the front
   */
  record CumulativeSum(Value input, int axis) implements ArithmeticOp {
    @Override
    public List<Value> inputs() {
      return List.of(input);
    }
  }

  /**
   * The same numbers in another type.
   *
   * @param input any shape
   * @param type the type of the result
   */
  record Cast(Value input, DataType type) implements ArithmeticOp {
    @Override
    public List<Value> inputs() {
      return List.of(input);
    }
  }
}

package org.openclip.api.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.openclip.api.OpenClipException;

/**
 * The dimensions of a value, outermost first.
 *
 * @param dims the dimensions; none for a scalar
 */
public record Shape(List<Dim> dims) {
  /** The shape of a single number. */
  public static final Shape SCALAR = new Shape(List.of());

  /** Copies the list. */
  public Shape {
    dims = List.copyOf(dims);
  }

  /** Returns a shape of known sizes. */
  public static Shape of(long... sizes) {
    return new Shape(Arrays.stream(sizes).mapToObj(Dim::of).toList());
  }

  /** Returns a shape of the dimensions. */
  public static Shape of(Dim... dims) {
    return new Shape(List.of(dims));
  }

  /** Returns the number of dimensions. */
  public int rank() {
    return dims.size();
  }

  /**
   * Returns a dimension.
   *
   * @param axis its index; negative counts from the end
   */
  public Dim dim(int axis) {
    return dims.get(axis(axis));
  }

  /** Returns the size of a dimension of known size; a negative axis counts from the end. */
  public long size(int axis) {
    return dim(axis).size();
  }

  /** Returns an axis counted from the front. */
  public int axis(int axis) {
    int index = axis < 0 ? axis + rank() : axis;
    if (index < 0 || index >= rank()) {
      throw new OpenClipException("shape " + this + " has no axis " + axis);
    }
    return index;
  }

  /** Returns this shape with one dimension replaced. */
  public Shape with(int axis, Dim dim) {
    List<Dim> changed = new ArrayList<>(dims);
    changed.set(axis(axis), dim);
    return new Shape(changed);
  }

  /** Returns this shape without one dimension. */
  public Shape without(int axis) {
    List<Dim> changed = new ArrayList<>(dims);
    changed.remove(axis(axis));
    return new Shape(changed);
  }

  /** Returns this shape with a dimension added at the end. */
  public Shape append(Dim dim) {
    List<Dim> changed = new ArrayList<>(dims);
    changed.add(dim);
    return new Shape(changed);
  }

  /** Returns whether every size is known. */
  public boolean fixed() {
    return dims.stream().allMatch(Dim::fixed);
  }

  /** Returns the sizes, all of which must be known. */
  public long[] sizes() {
    return dims.stream().mapToLong(Dim::size).toArray();
  }

  /** Returns the number of elements, over at most one symbol. */
  public Dim count() {
    return dims.stream().reduce(Dim.of(1), Dim::times);
  }

  /** Returns the dimensions in brackets, such as {@code [batch, 3, 224, 224]}. */
  @Override
  public String toString() {
    return dims.stream().map(Dim::toString).collect(Collectors.joining(", ", "[", "]"));
  }
}

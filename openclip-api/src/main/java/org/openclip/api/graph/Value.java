package org.openclip.api.graph;

import org.openclip.api.tensor.DataType;

/**
 * The result of a node of a graph: a tensor of known type and shape that exists when the program
 * runs.
 *
 * @param id the index of its node in the graph
 * @param label the name of the parameter or input, else of the operator; for messages
 * @param shape the dimensions
 * @param type the type of the elements; {@code FLOAT32} stands for the program's own precision
 */
public record Value(int id, String label, Shape shape, DataType type) {
  /** Returns label and shape, such as {@code visual.proj [768, 512]}. */
  @Override
  public String toString() {
    return label + " " + shape;
  }
}

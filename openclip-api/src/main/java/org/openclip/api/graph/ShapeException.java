package org.openclip.api.graph;

import java.util.List;
import java.util.stream.Collectors;
import org.openclip.api.OpenClipException;

/** Thrown while a graph is built when the shapes or types of the inputs do not fit an operator. */
public class ShapeException extends OpenClipException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception that names the operator and every input with its shape.
   *
   * @param scope the prefix of the parameters at this place of the architecture
   */
  public ShapeException(String scope, String operator, List<Value> inputs, String problem) {
    super(
        (scope.isEmpty() ? "" : "at '" + scope + "': ")
            + operator
            + inputs.stream().map(Value::toString).collect(Collectors.joining(", ", "(", ")"))
            + ": "
            + problem);
  }
}

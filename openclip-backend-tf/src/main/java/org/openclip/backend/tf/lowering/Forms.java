package org.openclip.backend.tf.lowering;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.openclip.api.graph.Shape;
import org.openclip.api.graph.Value;
import org.openclip.api.tensor.DataType;
import org.openclip.backend.tf.runtime.Output;

/**
 * The values translated so far, each in the forms that were asked for. A layer leaves its result in
 * the form that its kernel has; another form is made when a reader wants it, once.
 */
final class Forms {
  private final Emitter out;
  private final Sizes sizes;
  private final Map<Integer, List<Form>> known = new HashMap<>();

  Forms(Emitter out, Sizes sizes) {
    this.out = out;
    this.sizes = sizes;
  }

  /** Adds a form of a value. */
  void put(Value value, Form form) {
    known.computeIfAbsent(value.id(), id -> new ArrayList<>()).add(form);
  }

  /** Adds a value as the graph has it, in the type in which it flows. */
  void put(Value value, Output output) {
    put(value, new Form(Layout.PLAIN, value.type(), output));
  }

  /** Returns the form in which a value was computed. */
  Form first(Value value) {
    return forms(value).get(0);
  }

  /** Returns whether a value can be had in a layout without moving elements. */
  boolean lies(Value value, Layout layout) {
    Layout wanted = normal(layout, value.shape());
    return forms(value).stream().anyMatch(f -> f.layout() == wanted);
  }

  /** Returns a value as the graph has it. */
  Output plain(Value value) {
    return get(value, Layout.PLAIN, value.type());
  }

  /** Returns a value in a form. */
  Output get(Value value, Layout layout, DataType type) {
    Layout wanted = normal(layout, value.shape());
    List<Form> forms = forms(value);
    Form nearest = forms.get(0);
    for (Form form : forms) {
      if (form.layout() == wanted && form.type() == type) {
        return form.output();
      }
      if (form.layout() == wanted && nearest.layout() != wanted) {
        nearest = form;
      }
    }
    Output arranged = arrange(nearest, wanted, value.shape());
    if (nearest.layout() != wanted && nearest.type() != type) {
      put(value, new Form(wanted, nearest.type(), arranged));
    }
    Form made = new Form(wanted, type, out.cast(arranged, nearest.type(), type));
    put(value, made);
    return made.output();
  }

  private List<Form> forms(Value value) {
    List<Form> forms = known.get(value.id());
    if (forms == null) {
      throw new IllegalStateException("value " + value + " is read before it is computed");
    }
    return forms;
  }

  private Output arrange(Form form, Layout wanted, Shape shape) {
    Output plain =
        switch (form.layout()) {
          case PLAIN -> form.output();
          case ROWS -> wanted == Layout.ROWS ? form.output() : sizes.reshape(form.output(), shape);
          case CHANNELS_LAST ->
              wanted == Layout.CHANNELS_LAST
                  ? form.output()
                  : out.transpose(form.output(), 0, 3, 1, 2);
        };
    if (form.layout() == wanted) {
      return form.output();
    }
    return switch (wanted) {
      case PLAIN -> plain;
      case ROWS -> out.op("Reshape", plain, out.integers(-1, shape.size(-1)));
      case CHANNELS_LAST -> out.transpose(plain, 0, 2, 3, 1);
    };
  }

  /** Rows and the graph's own layout are one for a matrix. */
  private static Layout normal(Layout layout, Shape shape) {
    return layout == Layout.ROWS && shape.rank() <= 2 ? Layout.PLAIN : layout;
  }
}

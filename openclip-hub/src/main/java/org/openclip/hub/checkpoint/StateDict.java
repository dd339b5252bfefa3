package org.openclip.hub.checkpoint;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.UnknownNameException;
import org.openclip.api.graph.Initializer;
import org.openclip.api.graph.LeafOp.Parameter;
import org.openclip.api.model.Architecture;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.naming.ForeignNaming;
import org.openclip.hub.checkpoint.naming.NaFlexTower;

/**
 * Loads a checkpoint into one architecture: converts the names of older layouts, interpolates
 * positional embeddings, and compares everything else strictly.
 */
public final class StateDict {
  /** The parts of the text tower that native CLIP checkpoints keep at the root. */
  private static final List<String> TEXT_PARTS =
      List.of(
          "text_projection", "positional_embedding", "token_embedding", "transformer", "ln_final");

  /** Buffers that some checkpoints hold and that can be computed without them. */
  private static final Set<String> BUFFERS =
      Set.of(
          "num_batches_tracked",
          "position_ids",
          "token_type_ids",
          "attn_mask",
          "relative_position_index",
          "relative_coords_table");

  /** Prefixes that wrappers of distributed training and of compilation leave behind. */
  private static final List<String> WRAPPERS = List.of("module.", "_orig_mod.");

  private static final String VISUAL = "visual.";

  private StateDict() {}

  /**
   * Returns a checkpoint's tensors under the architecture's names and in its shapes.
   *
   * @param checkpoint its name, for messages
   * @param weights the open checkpoint; the result reads from it and does not own it
   * @param model the model's name, for messages
   * @throws WeightsMismatchException when names or shapes differ, or numbers are not finite
   */
  public static Weights load(
      String checkpoint, Weights weights, String model, Architecture architecture) {
    return load(checkpoint, weights, model, architecture.parameters(), architecture::fit);
  }

  /**
   * Returns a checkpoint's tensors under the names and in the shapes of parameters.
   *
   * @param wanted the parameters, by name
   * @param fit adapts the weights to the sizes of the towers
   * @throws WeightsMismatchException when names or shapes differ, or numbers are not finite
   */
  public static Weights load(
      String checkpoint,
      Weights weights,
      String model,
      Map<String, Parameter> wanted,
      UnaryOperator<Weights> fit) {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    wanted.forEach((n, p) -> shapes.put(n, Arrays.stream(p.shape().sizes()).boxed().toList()));
    Weights fitted = fit.apply(underNamesOf(weights, shapes));
    Set<String> unpublished =
        ForeignNaming.of(weights.names()).map(ForeignNaming::unpublished).orElse(Set.of());
    List<String> missing = new ArrayList<>();
    List<String> misshaped = new ArrayList<>();
    Map<String, Tensor> loaded = new LinkedHashMap<>();
    FiniteCheckBatch numbers = new FiniteCheckBatch();
    wanted.forEach(
        (name, parameter) -> {
          InterruptedCallException.check("weights were read");
          long[] shape = parameter.shape().sizes();
          if (!fitted.names().contains(name)
              && unpublished.contains(name)
              && parameter.initializer() instanceof Initializer.Constant initial) {
            loaded.put(name, Tensor.of(new float[] {(float) initial.value()}, shape));
            return;
          }
          if (!fitted.names().contains(name)) {
            missing.add(name + Arrays.toString(shape));
            return;
          }
          Tensor tensor = scalar(fitted.get(name), shape);
          if (!Arrays.equals(tensor.shape(), shape)
              || tensor.real() != parameter.type().floating()) {
            misshaped.add(
                "%s is %s, not %s%s"
                    .formatted(name, tensor, parameter.type(), Arrays.toString(shape)));
            return;
          }
          loaded.put(name, tensor);
          numbers.add(name, tensor);
        });
    List<String> unexpected = new ArrayList<>();
    for (String name : fitted.names()) {
      if (!wanted.containsKey(name) && !isIdle(name)) {
        unexpected.add(name + Arrays.toString(fitted.get(name).shape()));
      }
    }
    boolean fits = missing.isEmpty() && misshaped.isEmpty() && unexpected.isEmpty();
    List<String> notFinite = fits ? numbers.notFinite() : List.of();
    if (!fits || !notFinite.isEmpty()) {
      throw new WeightsMismatchException(
          checkpoint, model, missing, unexpected, misshaped, notFinite);
    }
    return Weights.of(loaded);
  }

  /** Returns whether a tensor is one that no model needs, though checkpoints have it. */
  static boolean isIdle(String name) {
    return BUFFERS.contains(name.substring(name.lastIndexOf('.') + 1))
        || ActivationCheck.OPENAI.contains(name);
  }

  /**
   * Returns one number as {@code []} or {@code [1]}: checkpoints have the logit scale as either.
   */
  private static Tensor scalar(Tensor tensor, long[] shape) {
    boolean single = tensor.count() == 1 && tensor.shape().length <= 1;
    return single && shape.length <= 1 && Tensor.count(shape) == 1
        ? Tensor.of(tensor.type(), tensor.data(), shape)
        : tensor;
  }

  /**
   * Returns a checkpoint's tensors under the names of the reference: those of other libraries and
   * of older versions are brought up to date.
   *
   * @param wanted the shapes that an architecture expects, by name
   */
  static Weights underNamesOf(Weights weights, Map<String, List<Long>> wanted) {
    Weights renamed = renamed(ForeignNaming.toReference(weights, wanted), wanted.keySet());
    return NaFlexTower.converted(renamed, wanted);
  }

  private static Weights renamed(Weights weights, Set<String> wanted) {
    Map<String, String> names = new LinkedHashMap<>();
    String tower = isTowerAlone(weights.names(), wanted) ? VISUAL : "";
    for (String old : weights.names()) {
      String name = tower + unwrapped(old, wanted);
      if (!wanted.contains(name) && isTextPart(name) && wanted.contains("text." + name)) {
        name = "text." + name;
      } else if (name.startsWith("text.")
          && !wanted.contains(name)
          && isTextPart(name.substring(5))
          && wanted.contains(name.substring(5))) {
        name = name.substring(5);
      }
      String rival = names.putIfAbsent(name, old);
      if (rival != null) {
        // Two entries for one name: the one that has it already counts, and the other keeps its
        // own,
        // for the comparison to call unexpected.
        names.put(old, old);
        if (old.equals(name)) {
          names.put(rival, rival);
        }
      }
    }
    return new Renamed(weights, names);
  }

  /** Returns whether a checkpoint has an image tower alone, under names without its scope. */
  private static boolean isTowerAlone(Set<String> names, Set<String> wanted) {
    return !wanted.isEmpty()
        && wanted.stream().allMatch(name -> name.startsWith(VISUAL))
        && names.stream().noneMatch(name -> name.contains(VISUAL));
  }

  private static String unwrapped(String name, Set<String> wanted) {
    for (String wrapper : WRAPPERS) {
      if (name.startsWith(wrapper) && !wanted.contains(name)) {
        return unwrapped(name.substring(wrapper.length()), wanted);
      }
    }
    return name;
  }

  private static boolean isTextPart(String name) {
    return TEXT_PARTS.stream().anyMatch(name::startsWith);
  }

  /** Weights whose tensors go by other names. */
  private record Renamed(Weights base, Map<String, String> oldNames) implements Weights {
    @Override
    public Set<String> names() {
      return Collections.unmodifiableSet(oldNames.keySet());
    }

    @Override
    public Tensor get(String name) {
      String old = oldNames.get(name);
      if (old == null) {
        throw new UnknownNameException("weight", name, oldNames.keySet(), "");
      }
      return base.get(old);
    }
  }
}

package org.openclip.hub.generative;

import java.util.LinkedHashMap;
import java.util.Map;
import org.openclip.api.InvalidFileException;
import org.openclip.api.model.GenerativeArchitecture;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.StateDict;
import org.openclip.hub.checkpoint.WeightsMismatchException;

/** Fits the weights of a file to a generative model. */
public final class GenerativeStateDict {
  private GenerativeStateDict() {}

  /**
   * Returns the weights of a model, without those that the reference's checkpoints hold twice.
   *
   * @param file the name of the file, for messages
   * @param weights of the file, which stays open
   * @param model the name of the model, for messages
   * @throws InvalidFileException when two tensors differ that are one of the model
   * @throws WeightsMismatchException when the weights belong to another model
   */
  public static Weights load(
      String file, Weights weights, String model, GenerativeArchitecture architecture) {
    Map<String, String> copies = architecture.encoder().copies();
    return StateDict.load(
        file,
        withoutCopies(file, weights, copies),
        model,
        architecture.parameters(),
        fitted -> fitted);
  }

  private static Weights withoutCopies(String file, Weights weights, Map<String, String> copies) {
    Map<String, Tensor> read = new LinkedHashMap<>();
    for (String entry : weights.names()) {
      String source = copies.get(entry);
      if (source == null || !weights.names().contains(source)) {
        read.put(source == null ? entry : source, weights.get(entry));
      } else if (!same(weights.get(entry), weights.get(source))) {
        throw new InvalidFileException(
            file,
            -1,
            "%s and %s are one tensor of the model, but differ; remove the wrong one"
                .formatted(entry, source));
      }
    }
    return Weights.of(read);
  }

  private static boolean same(Tensor one, Tensor other) {
    return one.type() == other.type()
        && one.bytes() == other.bytes()
        && one.data().mismatch(other.data()) < 0;
  }
}

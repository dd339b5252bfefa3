package org.openclip.hub.definition;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.openclip.api.InvalidFileException;
import org.openclip.api.UnknownNameException;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;

/** The tensors of several files, each under a name that no other file has. */
final class JoinedTensors implements Weights {
  private final Map<String, Weights> owners = new LinkedHashMap<>();
  private final Set<Weights> all = new LinkedHashSet<>();

  JoinedTensors(List<ChosenWeights.Open> parts) {
    for (ChosenWeights.Open part : parts) {
      for (String tensor : part.weights().names()) {
        if (owners.putIfAbsent(tensor, part.weights()) != null) {
          throw new InvalidFileException(
              part.name(),
              -1,
              "has a tensor %s, as has another of the files that are joined by '+'; each must be a tower of its own"
                  .formatted(tensor));
        }
      }
      all.add(part.weights());
    }
  }

  @Override
  public Set<String> names() {
    return owners.keySet();
  }

  @Override
  public Tensor get(String name) {
    Weights owner = owners.get(name);
    if (owner == null) {
      throw new UnknownNameException("weight", name, owners.keySet(), "");
    }
    return owner.get(name);
  }

  @Override
  public void close() {
    all.forEach(Weights::close);
  }
}

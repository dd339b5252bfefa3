package org.openclip.train.run;

import java.util.List;
import org.openclip.api.model.Embeddings;
import org.openclip.train.evaluation.PairModel;

/** A model that a validation measures between two training steps. */
public interface MeasuredModel extends PairModel {
  /** Returns the names of what {@link #see} tells of a batch. */
  List<String> told();

  /** Returns the width of the joint embedding. */
  int embedDim();

  /** Encodes texts. */
  Embeddings encodeTexts(List<String> texts);
}

package org.openclip.train.benchmark;

import java.util.ArrayList;
import java.util.List;
import org.openclip.api.model.Embeddings;
import org.openclip.train.evaluation.LabelledFeatures;

/**
 * Images of one split with their classes.
 *
 * @param rows one unit vector for each image
 * @param labels for each image the number of its class
 */
record ProbePart(Embeddings rows, List<Integer> labels) {
  ProbePart of(List<Integer> chosen) {
    List<Embeddings> some = new ArrayList<>();
    List<Integer> own = new ArrayList<>();
    for (int i : chosen) {
      some.add(Embeddings.of(rows.width(), rows.row(i)));
      own.add(labels.get(i));
    }
    return new ProbePart(Embeddings.concat(some), own);
  }

  LabelledFeatures labelled(List<String> classes) {
    return new LabelledFeatures(classes, rows, labels);
  }
}

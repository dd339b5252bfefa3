package org.openclip.hub.quantize;

import java.util.ArrayList;
import java.util.List;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.model.ZeroShotClassifier;

/**
 * Pictures of known classes, by which two models are compared.
 *
 * @param images one row for each picture, of the model that is measured
 * @param classes the class of each picture, as an index into the labels
 * @param labels one row for each class, of the same model
 */
record LabelledPictures(Embeddings images, List<Integer> classes, Embeddings labels) {
  /** Returns the mean of each label's prompts, normalised. */
  static Embeddings labels(ClipModel model, List<String> labels, List<String> templates) {
    List<Embeddings> rows = new ArrayList<>();
    for (String label : labels) {
      Embeddings prompts =
          model.encodeTexts(ZeroShotClassifier.prompts(label, templates)).normalised();
      float[] sum = new float[prompts.width()];
      for (int i = 0; i < prompts.size(); i++) {
        float[] row = prompts.row(i);
        for (int j = 0; j < sum.length; j++) {
          sum[j] += row[j];
        }
      }
      rows.add(Embeddings.of(sum.length, sum));
    }
    return Embeddings.concat(rows).normalised();
  }

  /** Returns which of some candidates fits each query best, such as a label each picture. */
  static int[] best(Embeddings queries, Embeddings candidates) {
    float[][] cosines = queries.cosine(candidates);
    int[] best = new int[cosines.length];
    for (int i = 0; i < best.length; i++) {
      for (int j = 1; j < cosines[i].length; j++) {
        if (cosines[i][j] > cosines[i][best[i]]) {
          best[i] = j;
        }
      }
    }
    return best;
  }

  /** Returns the share of pictures whose class fits best. */
  double top1() {
    int[] best = best(images, labels);
    int right = 0;
    for (int i = 0; i < best.length; i++) {
      right += best[i] == classes.get(i) ? 1 : 0;
    }
    return (double) right / best.length;
  }

  /** Returns the share of labels whose first picture among all is of their class. */
  double retrieval() {
    int[] best = best(labels, images);
    int right = 0;
    for (int i = 0; i < best.length; i++) {
      right += classes.get(best[i]) == i ? 1 : 0;
    }
    return (double) right / best.length;
  }
}

package org.openclip.hub.cli.command.picture;

import java.nio.file.Path;
import java.util.List;
import org.openclip.api.model.EncodingListener;
import org.openclip.api.model.ZeroShotClassifier;
import org.openclip.hub.generative.GenerativeModel;
import org.openclip.hub.generative.TextScore;

/**
 * Ranks labels by how likely a generative model finds texts about them. The score of a label is the
 * mean over its prompts of the logarithm of a token's probability, as in the reference's zero-shot
 * classification with GenLIP.
 *
 * @param model says how likely texts are; not closed with this
 * @param labels the names of the classes
 * @param templates texts with {@code {}} in the place of the label
 */
record LikelihoodRanking(GenerativeModel model, List<String> labels, List<String> templates) {
  /**
   * Scores files.
   *
   * @param listener decides whether an unreadable file is skipped
   * @return for each file that was not skipped, a score for each label
   */
  List<double[]> scores(List<Path> files, EncodingListener listener) {
    List<String> prompts =
        labels.stream()
            .flatMap(label -> ZeroShotClassifier.prompts(label, templates).stream())
            .toList();
    return model.scoreFiles(files, prompts, listener).stream().map(this::means).toList();
  }

  private double[] means(List<TextScore> scores) {
    double[] means = new double[labels.size()];
    for (int i = 0; i < scores.size(); i++) {
      means[i / templates.size()] += scores.get(i).perToken() / templates.size();
    }
    return means;
  }
}

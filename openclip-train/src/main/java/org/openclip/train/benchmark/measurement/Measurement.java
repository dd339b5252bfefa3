package org.openclip.train.benchmark.measurement;

import java.util.List;
import java.util.Map;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.train.benchmark.data.BenchmarkData;

/** Evaluates one task on the features of one data set. */
public final class Measurement {
  private Measurement() {}

  /** Returns how well a classifier of words tells the pictures' classes. */
  public static Map<String, Object> classification(
      BenchmarkFeatures features, Embeddings classifier) {
    Embeddings images = features.images();
    return switch (features.data().kind()) {
      case CLASSIFICATION ->
          BenchmarkMetrics.classification(images, classifier, checked(features, classifier));
      case MULTILABEL ->
          BenchmarkMetrics.multilabel(images, classifier, features.several(classifier.size()));
      case RETRIEVAL ->
          throw new InvalidInputException(
              features.data().location()
                  + " has captions, not classes; its tasks are zeroshot_retrieval and"
                  + " image_caption_selection");
    };
  }

  private static List<Integer> checked(BenchmarkFeatures features, Embeddings classifier) {
    for (int label : features.labels()) {
      if (label >= classifier.size()) {
        throw new InvalidInputException(
            "a picture of %s has class %s, but there are only %s class names"
                .formatted(features.data().location(), label, classifier.size()));
      }
    }
    return features.labels();
  }

  /** Returns how often captions and pictures find each other among all. */
  public static Map<String, Object> retrieval(
      ClipModel model, BenchmarkFeatures features, List<Integer> ks) {
    return BenchmarkMetrics.retrieval(
        features.images(), texts(model, features), features.owners(), ks);
  }

  /** Returns how often pictures find the right one of their own captions. */
  public static Map<String, Object> selection(ClipModel model, BenchmarkFeatures features) {
    return BenchmarkMetrics.selection(features.images(), texts(model, features), features.owners());
  }

  private static Embeddings texts(ClipModel model, BenchmarkFeatures features) {
    List<String> texts = features.texts();
    if (features.data().kind() != BenchmarkData.Kind.RETRIEVAL || texts.isEmpty()) {
      throw new InvalidInputException(
          features.data().location()
              + " has no captions (a data set with captions has retrieval in dataset_type.txt); its"
              + " task is zeroshot_classification");
    }
    return model.encodeTexts(texts);
  }
}

package org.openclip.spark;

import java.io.Serializable;
import org.apache.spark.SparkFiles;
import org.jspecify.annotations.Nullable;
import org.openclip.api.model.ClipModel;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.OpenClip;

/**
 * Which model an executor loads, and how.
 *
 * @param model its name; {@code spark-file:NAME} for a folder that was shipped as an archive, by
 *     {@code --archives model.zip#NAME}
 * @param pretrained a tag, a path or URI, or {@code spark-file:NAME} for a file that was shipped by
 *     {@code --files}; null for models that bring their weights
 * @param backend the name of the backend; null for the preferred one
 * @param batchSize how many pictures or texts run at once
 * @param threads how many cores a call may keep busy: those of a task
 */
record ModelChoice(
    String model, @Nullable String pretrained, @Nullable String backend, int batchSize, int threads)
    implements Serializable {
  private static final String SHIPPED = "spark-file:";

  ClipModel load() {
    ModelBuilder builder =
        OpenClip.model(
                model.startsWith(SHIPPED)
                    ? "local-dir:" + SparkFiles.get(model.substring(SHIPPED.length()))
                    : model)
            .batchSize(batchSize)
            .threads(threads);
    if (pretrained != null) {
      builder.pretrained(
          pretrained.startsWith(SHIPPED)
              ? SparkFiles.get(pretrained.substring(SHIPPED.length()))
              : pretrained);
    }
    if (backend != null) {
      builder.backend(backend);
    }
    return builder.load();
  }
}

/**
 * Evaluates models: zero-shot classification, retrieval and linear probes.
 *
 * <pre>{@code
 * LabelledFeatures train =
 *     LabelledFeatures.of(model, LabelledFolder.list(Path.of("pets/train")), done -> {});
 * LabelledFeatures test =
 *     LabelledFeatures.of(model, LabelledFolder.list(Path.of("pets/test")), done -> {});
 * Map<String, Double> metrics = LinearProbe.fit(train, 0).metrics(test);
 * }</pre>
 */
@NullMarked
package org.openclip.train.evaluation;

import org.jspecify.annotations.NullMarked;

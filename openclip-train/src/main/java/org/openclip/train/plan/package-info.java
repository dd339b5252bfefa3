/**
 * Creates the training plan of a model: graphs, weight decay and locked layers.
 *
 * <pre>{@code
 * LossProvider loss = PluginRegistry.create().named(LossProvider.class, "clip");
 * TrainingGraphs graphs = TrainingGraphs.of(architecture, loss, Map.of(), 0);
 * Map<String, UpdateRule> rules =
 *     DecayGroups.rules(architecture.parameters(), 0.2, name -> false);
 * }</pre>
 */
@NullMarked
package org.openclip.train.plan;

import org.jspecify.annotations.NullMarked;

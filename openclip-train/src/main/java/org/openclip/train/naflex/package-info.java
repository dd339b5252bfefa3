/**
 * Training on images of any shape (NaFlex; Dehghani et al. 2023, NaViT, arXiv 2307.06304): batches
 * of patches whose length is drawn for each batch.
 *
 * <pre>{@code
 * TokenBudget budget = TokenBudget.of(List.of(128, 256, 576), List.of(), 16_384, 8);
 * NaFlexSchedule schedule = NaFlexSchedule.ofSamples(budget, 100_000, 0);
 * BatchShape first = schedule.at(0, 0); // the first batch of the first epoch
 * System.out.println(first.size() + " images of up to " + first.patches() + " patches");
 * }</pre>
 */
@NullMarked
package org.openclip.train.naflex;

import org.jspecify.annotations.NullMarked;

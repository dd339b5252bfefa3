package org.openclip.train.naflex;

/**
 * What NaFlex training does with images.
 *
 * @param patches the sizes of patches
 * @param budget how the batches of the training are sized
 * @param evaluation the largest number of patches of an image in evaluations
 * @param scale how gradients are scaled by the size of a batch
 */
public record NaFlexPlan(PatchSizes patches, TokenBudget budget, int evaluation, LossScale scale) {}

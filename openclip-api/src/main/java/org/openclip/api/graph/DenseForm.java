package org.openclip.api.graph;

/**
 * How the features of single patches are computed from a tower that was trained to give one vector
 * for a picture. The forms differ in the last attention between patches. Where a tower has none,
 * such as a convolutional one, all forms are the same.
 */
public enum DenseForm {
  /** The tower as it is: what it computes for each patch, projected as the pooled vector is. */
  TOKENS,
  /**
   * Each patch keeps its own value instead of mixing the values of all patches, without the
   * residual connection and without the perceptron of the last block (MaskCLIP, Zhou et al. 2022,
   * arXiv 2112.01071).
   */
  MASKCLIP,
  /**
   * A patch attends to patches with similar queries and with similar keys (SCLIP, Wang et al. 2023,
   * arXiv 2312.01597).
   */
  SCLIP,
  /**
   * A patch attends to patches with similar queries, without the residual connection and without
   * the perceptron of the last block (ClearCLIP, Lan et al. 2024, arXiv 2407.12442).
   */
  CLEARCLIP
}

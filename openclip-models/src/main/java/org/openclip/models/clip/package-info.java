/**
 * Implements CLIP's own towers: the vision transformer, the text transformer and the ResNet of
 * Radford et al. 2021 (arXiv 2103.00020), with the options that OpenCLIP added.
 */
@NullMarked
package org.openclip.models.clip;

import org.jspecify.annotations.NullMarked;

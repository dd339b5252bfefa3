/**
 * CLIP's own towers: the vision transformer and the text transformer of Radford et al. 2021 (arXiv
 * 2103.00020), with the options that OpenCLIP added to them.
 */
@NullMarked
package org.openclip.models.clip;

import org.jspecify.annotations.NullMarked;

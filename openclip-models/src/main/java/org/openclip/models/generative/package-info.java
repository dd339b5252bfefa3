/** Implements generative models of images or sounds and texts: GenLIP and GenLAP. */
@NullMarked
package org.openclip.models.generative;

import org.jspecify.annotations.NullMarked;

/**
 * Implements timm's image towers with timm's names and options: vision transformers (SigLIP, EVA,
 * Perception Encoder) and others, and the adapter that OpenCLIP puts around them.
 */
@NullMarked
package org.openclip.models.timm;

import org.jspecify.annotations.NullMarked;

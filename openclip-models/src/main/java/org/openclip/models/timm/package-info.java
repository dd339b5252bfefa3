/**
 * Image towers by the names and options of timm: vision transformers (SigLIP, EVA, Perception
 * Encoder), and the adapter that OpenCLIP puts around them.
 */
@NullMarked
package org.openclip.models.timm;

import org.jspecify.annotations.NullMarked;

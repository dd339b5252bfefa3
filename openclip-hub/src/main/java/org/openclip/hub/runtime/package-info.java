/** Runs a loaded model: its towers, its batches of images and texts, and its captioner. */
@NullMarked
package org.openclip.hub.runtime;

import org.jspecify.annotations.NullMarked;

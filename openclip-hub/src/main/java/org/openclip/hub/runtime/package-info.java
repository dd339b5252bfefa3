/** A loaded model: its running towers, its batches of pictures and texts, and its captioner. */
@NullMarked
package org.openclip.hub.runtime;

import org.jspecify.annotations.NullMarked;

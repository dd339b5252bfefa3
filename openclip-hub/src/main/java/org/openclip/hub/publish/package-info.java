/** Publishing a model: its card, and the upload to a hub. */
@NullMarked
package org.openclip.hub.publish;

import org.jspecify.annotations.NullMarked;

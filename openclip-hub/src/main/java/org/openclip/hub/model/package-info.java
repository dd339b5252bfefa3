/** Model folders, the tags of pretrained weights, and weights that were never trained. */
@NullMarked
package org.openclip.hub.model;

import org.jspecify.annotations.NullMarked;

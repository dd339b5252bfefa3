/** Models whose large matrices are 8-bit integers. */
@NullMarked
package org.openclip.hub.quantize;

import org.jspecify.annotations.NullMarked;

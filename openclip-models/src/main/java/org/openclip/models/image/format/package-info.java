/** Readers of the simple formats of picture files, a class each. */
@NullMarked
package org.openclip.models.image.format;

import org.jspecify.annotations.NullMarked;

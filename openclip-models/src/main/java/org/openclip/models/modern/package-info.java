/** OpenCLIP's own text transformer of today's parts. */
@NullMarked
package org.openclip.models.modern;

import org.jspecify.annotations.NullMarked;

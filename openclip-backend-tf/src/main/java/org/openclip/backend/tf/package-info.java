/**
 * Implements the backend {@code tf} with TensorFlow.
 *
 * <p>The package contains the backend and its plugin. The other packages of this module contain the
 * translation of graphs, training, distributed training, the export and the access to TensorFlow's
 * C interface.
 */
@NullMarked
package org.openclip.backend.tf;

import org.jspecify.annotations.NullMarked;

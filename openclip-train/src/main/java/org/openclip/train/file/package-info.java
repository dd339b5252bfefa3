/** Reads single files of training data: captions and compressed streams. */
@NullMarked
package org.openclip.train.file;

import org.jspecify.annotations.NullMarked;

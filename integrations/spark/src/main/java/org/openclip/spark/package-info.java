/** OpenCLIP on Apache Spark: columns of pictures and texts become vectors and labels. */
@NullMarked
package org.openclip.spark;

import org.jspecify.annotations.NullMarked;

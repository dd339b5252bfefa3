/** Processes that train together: how they find, meet and watch each other, and are started. */
@NullMarked
package org.openclip.train.distributed;

import org.jspecify.annotations.NullMarked;

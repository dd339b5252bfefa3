/** The commands that train. */
@NullMarked
package org.openclip.train.command;

import org.jspecify.annotations.NullMarked;

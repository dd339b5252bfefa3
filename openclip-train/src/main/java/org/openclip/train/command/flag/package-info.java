/** Reads the flags of the training commands: their names, values, defaults and bounds. */
@NullMarked
package org.openclip.train.command.flag;

import org.jspecify.annotations.NullMarked;

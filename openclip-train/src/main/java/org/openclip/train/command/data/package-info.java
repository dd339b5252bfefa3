/** Finds the training and validation data that the flags of a command name. */
@NullMarked
package org.openclip.train.command.data;

import org.jspecify.annotations.NullMarked;

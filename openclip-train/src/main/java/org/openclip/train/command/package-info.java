/** Contains the commands of openclip-train, such as {@code train} and {@code evaluate}. */
@NullMarked
package org.openclip.train.command;

import org.jspecify.annotations.NullMarked;

/** The command that serves models. */
@NullMarked
package org.openclip.server.command;

import org.jspecify.annotations.NullMarked;

/** The commands that answer about pictures and texts. */
@NullMarked
package org.openclip.hub.cli.command.picture;

import org.jspecify.annotations.NullMarked;

/** The commands for backends and plugins. */
@NullMarked
package org.openclip.hub.cli.command.plugin;

import org.jspecify.annotations.NullMarked;

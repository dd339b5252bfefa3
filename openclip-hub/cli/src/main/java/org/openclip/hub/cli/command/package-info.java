/** Contains the commands of openclip-cli, such as {@code classify} and {@code embed}. */
@NullMarked
package org.openclip.hub.cli.command;

import org.jspecify.annotations.NullMarked;

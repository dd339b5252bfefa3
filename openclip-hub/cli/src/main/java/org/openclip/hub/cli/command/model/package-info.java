/** The commands that list, describe, make, fetch, convert and publish models. */
@NullMarked
package org.openclip.hub.cli.command.model;

import org.jspecify.annotations.NullMarked;

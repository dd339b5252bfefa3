/** What is drawn on a terminal: tables, bars and progress, in characters that it can show. */
@NullMarked
package org.openclip.hub.cli.terminal;

import org.jspecify.annotations.NullMarked;

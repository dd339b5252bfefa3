/** The commands that fill an index of pictures and search it. */
@NullMarked
package org.openclip.search.command;

import org.jspecify.annotations.NullMarked;

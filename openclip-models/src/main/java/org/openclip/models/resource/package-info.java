/** Reads the resource files of this module. */
@NullMarked
package org.openclip.models.resource;

import org.jspecify.annotations.NullMarked;

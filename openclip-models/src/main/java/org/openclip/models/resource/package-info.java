/** Reading the files that lie beside the classes of this module. */
@NullMarked
package org.openclip.models.resource;

import org.jspecify.annotations.NullMarked;

/** Contains the names and configurations of the built-in models. */
@NullMarked
package org.openclip.models.catalogue;

import org.jspecify.annotations.NullMarked;

/** The names and configurations of the models that OpenCLIP lists. */
@NullMarked
package org.openclip.models.catalogue;

import org.jspecify.annotations.NullMarked;

/** Resolves the name of a model to its configuration, its weights and its files. */
@NullMarked
package org.openclip.hub.definition;

import org.jspecify.annotations.NullMarked;

/** What a model is made of: the answer to its name, its configuration and its weights. */
@NullMarked
package org.openclip.hub.definition;

import org.jspecify.annotations.NullMarked;

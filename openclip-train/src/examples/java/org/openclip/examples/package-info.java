/** What the examples of the documentation share. */
@NullMarked
package org.openclip.examples;

import org.jspecify.annotations.NullMarked;

/** What users hold: a model, on paper and loaded, and what it returns. */
@NullMarked
package org.openclip.api.model;

import org.jspecify.annotations.NullMarked;

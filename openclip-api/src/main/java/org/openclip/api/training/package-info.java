/** Training: what a backend that can train is given, and what it gives back. */
@NullMarked
package org.openclip.api.training;

import org.jspecify.annotations.NullMarked;

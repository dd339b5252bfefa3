/** What tells models apart whose vectors cannot be compared. */
@NullMarked
package org.openclip.hub.fingerprint;

import org.jspecify.annotations.NullMarked;

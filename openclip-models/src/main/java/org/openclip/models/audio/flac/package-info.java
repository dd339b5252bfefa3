/** Decodes FLAC files (RFC 9639). */
@NullMarked
package org.openclip.models.audio.flac;

import org.jspecify.annotations.NullMarked;

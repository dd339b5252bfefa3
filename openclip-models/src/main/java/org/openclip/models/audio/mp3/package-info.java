/** Decodes MP3 files with JLayer, if its jar is there. */
@NullMarked
package org.openclip.models.audio.mp3;

import org.jspecify.annotations.NullMarked;

/** Reading pictures from files, and walking over folders of them. */
@NullMarked
package org.openclip.hub.picture;

import org.jspecify.annotations.NullMarked;

/** Builds the web site: the pages in docs as HTML, beside the Javadoc, with all links checked. */
@NullMarked
package org.openclip.site;

import org.jspecify.annotations.NullMarked;

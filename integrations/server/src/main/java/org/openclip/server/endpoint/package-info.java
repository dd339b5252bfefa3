/** What is answered under each path. */
@NullMarked
package org.openclip.server.endpoint;

import org.jspecify.annotations.NullMarked;

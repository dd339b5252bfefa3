/** Contract tests that the author of a plugin extends. */
@NullMarked
package org.openclip.testkit;

import org.jspecify.annotations.NullMarked;

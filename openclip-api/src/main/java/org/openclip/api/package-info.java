/** The exceptions that users of OpenCLIP may meet. */
@NullMarked
package org.openclip.api;

import org.jspecify.annotations.NullMarked;

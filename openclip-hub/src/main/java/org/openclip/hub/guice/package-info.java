/** OpenCLIP inside an application that Guice wires; needs Guice on the class or module path. */
@NullMarked
package org.openclip.hub.guice;

import org.jspecify.annotations.NullMarked;

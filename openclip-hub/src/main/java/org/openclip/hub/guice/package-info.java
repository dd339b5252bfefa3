/**
 * Integrates OpenCLIP into applications that use Guice.
 *
 * <p>{@link org.openclip.hub.guice.OpenClipModule} binds a {@link org.openclip.api.model.ClipModel}
 * that is loaded once, when it is first needed. {@link org.openclip.hub.guice.ModelCloser} closes
 * it. Guice must be on the class path or module path.
 */
@NullMarked
package org.openclip.hub.guice;

import org.jspecify.annotations.NullMarked;

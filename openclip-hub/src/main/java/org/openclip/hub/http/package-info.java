/** Files over HTTP: retries, redirects, proxies, and downloads that go on where they were cut. */
@NullMarked
package org.openclip.hub.http;

import org.jspecify.annotations.NullMarked;

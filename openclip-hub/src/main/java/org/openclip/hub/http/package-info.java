/** Downloads files over HTTP, with retries, redirects, proxies and resumed downloads. */
@NullMarked
package org.openclip.hub.http;

import org.jspecify.annotations.NullMarked;

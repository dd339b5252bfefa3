/** What many callers at once get, beside batches of one caller. */
package org.openclip.server.bench;

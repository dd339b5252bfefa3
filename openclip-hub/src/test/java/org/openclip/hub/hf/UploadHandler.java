package org.openclip.hub.hf;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;

/** The requests by which files come to a hub. */
record UploadHandler(HubServer server) {
  boolean handle(HttpExchange exchange, String path) throws IOException {
    return false;
  }
}

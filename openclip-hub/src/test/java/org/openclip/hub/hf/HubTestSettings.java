package org.openclip.hub.hf;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.openclip.api.spi.FetchListener;
import org.openclip.api.spi.FetchOptions;
import org.openclip.hub.http.Backoff;
import org.openclip.hub.http.Http;
import org.openclip.hub.http.Proxies;
import org.openclip.hub.testkit.HubServer;

/** Settings for a hub on this machine, with pauses that tests can wait for. */
record HubTestSettings(
    URI endpoint, Path cache, String token, boolean offline, boolean links, Duration patience) {
  static HubTestSettings of(HubServer server, Path cache) {
    return of(server.endpoint(), cache, Duration.ofSeconds(20));
  }

  static HubTestSettings of(URI endpoint, Path cache, Duration patience) {
    return new HubTestSettings(endpoint, cache, null, false, true, patience);
  }

  HubTestSettings withToken(String other) {
    return new HubTestSettings(endpoint, cache, other, offline, links, patience);
  }

  HubTestSettings asOffline() {
    return new HubTestSettings(endpoint, cache, token, true, links, patience);
  }

  HubTestSettings withoutLinks() {
    return new HubTestSettings(endpoint, cache, token, offline, false, patience);
  }

  HubTestSettings at(URI other) {
    return new HubTestSettings(other, cache, token, offline, links, patience);
  }

  HubTestSettings withPatience(Duration other) {
    return new HubTestSettings(endpoint, cache, token, offline, links, other);
  }

  HubSettings settings(int retries) {
    return settings(retries, new Proxies(name -> null));
  }

  HubSettings settings(int retries, Proxies proxies) {
    Backoff backoff = new Backoff(retries, Duration.ofMillis(10), Duration.ofSeconds(3));
    return new HubSettings(
        endpoint,
        cache,
        token,
        "HF_TOKEN",
        offline,
        links,
        Http.create(proxies, backoff, patience));
  }

  HubSource source(String location) {
    return source(location, 3, FetchListener.NONE);
  }

  HubSource source(String location, int retries, FetchListener listener) {
    return new HubSource(
        HubLocation.parse(location), settings(retries), new FetchOptions(cache, offline, listener));
  }
}

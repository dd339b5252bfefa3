package org.openclip.hub.http;

import java.io.IOException;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The proxies of the environment variables {@code HTTPS_PROXY}, {@code HTTP_PROXY}, {@code
 * ALL_PROXY} and {@code NO_PROXY}, in upper or lower case. Where none of them speaks of a scheme,
 * Java's own settings hold ({@code https.proxyHost} and its like).
 */
public final class Proxies {
  private final Function<String, @Nullable String> environment;

  /** Reads the proxies from the environment. */
  public Proxies(Function<String, @Nullable String> environment) {
    this.environment = environment;
  }

  ProxySelector selector() {
    return new ProxySelector() {
      @Override
      public List<Proxy> select(URI uri) {
        Optional<URI> proxy = proxy(uri);
        if (proxy.isEmpty()) {
          ProxySelector own = ProxySelector.getDefault();
          return own == null ? List.of(Proxy.NO_PROXY) : own.select(uri);
        }
        if (excluded(uri)) {
          return List.of(Proxy.NO_PROXY);
        }
        int port = proxy.get().getPort();
        return List.of(
            new Proxy(
                Proxy.Type.HTTP,
                InetSocketAddress.createUnresolved(proxy.get().getHost(), port < 0 ? 80 : port)));
      }

      @Override
      public void connectFailed(URI uri, SocketAddress address, IOException failure) {
        // The request fails by itself, and is tried again.
      }
    };
  }

  /** Returns what knows the name and password in the proxies' addresses; empty without any. */
  Optional<Authenticator> authenticator() {
    boolean known =
        proxy(URI.create("https://x")).map(URI::getRawUserInfo).isPresent()
            || proxy(URI.create("http://x")).map(URI::getRawUserInfo).isPresent();
    return known ? Optional.of(new ProxyLogin()) : Optional.empty();
  }

  private final class ProxyLogin extends Authenticator {
    @Override
    protected @Nullable PasswordAuthentication getPasswordAuthentication() {
      if (getRequestorType() != RequestorType.PROXY || getRequestingURL() == null) {
        return null;
      }
      String login =
          proxy(URI.create(getRequestingURL().getProtocol() + "://x"))
              .map(URI::getRawUserInfo)
              .orElse("");
      int colon = login.indexOf(':');
      return colon < 0
          ? null
          : new PasswordAuthentication(
              decoded(login.substring(0, colon)),
              decoded(login.substring(colon + 1)).toCharArray());
    }
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private Optional<URI> proxy(URI uri) {
    String value = variable(uri.getScheme().toUpperCase(Locale.ROOT) + "_PROXY");
    if (value.isEmpty()) {
      value = variable("ALL_PROXY");
    }
    if (value.isEmpty()) {
      return Optional.empty();
    }
    try {
      URI proxy = URI.create(value.contains("://") ? value : "http://" + value);
      return Optional.of(proxy).filter(p -> p.getHost() != null);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private boolean excluded(URI uri) {
    String host = uri.getHost().toLowerCase(Locale.ROOT);
    for (String entry : variable("NO_PROXY").toLowerCase(Locale.ROOT).split("[,\\s]+", -1)) {
      String name = entry.replaceFirst(":\\d+$", "").replaceFirst("^\\*?\\.", "");
      if (entry.equals("*")
          || (!name.isEmpty() && (host.equals(name) || host.endsWith("." + name)))) {
        return true;
      }
    }
    return false;
  }

  private String variable(String name) {
    String value = environment.apply(name);
    if (value == null || value.isBlank()) {
      value = environment.apply(name.toLowerCase(Locale.ROOT));
    }
    return value == null ? "" : value.strip();
  }
}

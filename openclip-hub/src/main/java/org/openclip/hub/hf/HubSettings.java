package org.openclip.hub.hf;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.spi.FetchOptions;
import org.openclip.hub.http.Backoff;
import org.openclip.hub.http.Http;
import org.openclip.hub.http.Proxies;
import org.openclip.hub.io.Variables;

/**
 * Where the hub is and how it is used, as the variables of its Python library say.
 *
 * @param endpoint the hub's address, without a slash at its end
 * @param place the folder of the cache; null where this machine has none
 * @param token the secret by which the hub knows the user; null for nobody
 * @param tokenOrigin where the token was found, for messages
 * @param offline whether the network must not be used
 * @param links whether the cache may hold symbolic links
 * @param http the client
 */
record HubSettings(
    URI endpoint,
    @Nullable Path place,
    @Nullable String token,
    String tokenOrigin,
    boolean offline,
    boolean links,
    Http http) {
  private static final String ENDPOINT = "https://huggingface.co";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Reads the settings; options win over variables. */
  static HubSettings of(FetchOptions options) {
    Optional<Path> home =
        Variables.folder("HF_HOME")
            .or(() -> Variables.caches().map(caches -> caches.resolve("huggingface")));
    Optional<Path> cache =
        Optional.ofNullable(options.cacheFolder())
            .or(() -> Variables.folder("HF_HUB_CACHE"))
            .or(() -> Variables.folder("HUGGINGFACE_HUB_CACHE"))
            .or(() -> home.map(folder -> folder.resolve("hub")));
    Optional<Path> tokenFile =
        Variables.folder("HF_TOKEN_PATH").or(() -> home.map(folder -> folder.resolve("token")));
    String token = Variables.get("HF_TOKEN");
    String origin = "HF_TOKEN";
    if (token == null) {
      token = Variables.get("HUGGING_FACE_HUB_TOKEN");
      origin = "HUGGING_FACE_HUB_TOKEN";
    }
    if (token == null
        && tokenFile.isPresent()
        && !Variables.flag("HF_HUB_DISABLE_IMPLICIT_TOKEN")) {
      token = read(tokenFile.get());
      origin = tokenFile.get().toString();
    }
    return new HubSettings(
        address(),
        cache.orElse(null),
        token,
        token == null ? "HF_TOKEN" : origin,
        Variables.offline(options),
        !Variables.flag("HF_HUB_DISABLE_SYMLINKS"),
        Http.create(new Proxies(Variables::get), Backoff.DEFAULT, PATIENCE));
  }

  /**
   * Returns the folder of the cache.
   *
   * @throws OpenClipException when this machine has none
   */
  Path cache() {
    if (place == null) {
      throw Variables.noCache("HF_HUB_CACHE");
    }
    return place;
  }

  private static URI address() {
    String set = Variables.get("HF_ENDPOINT");
    String address = (set == null ? ENDPOINT : set).replaceAll("/+$", "");
    String problem = "HF_ENDPOINT is '" + address + "', but must be like https://host";
    URI uri;
    try {
      uri = URI.create(address);
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException(problem, e);
    }
    if (uri.getHost() == null || !String.valueOf(uri.getScheme()).matches("https?")) {
      throw new InvalidInputException(problem);
    }
    return uri;
  }

  private static @Nullable String read(Path file) {
    try {
      String token = Files.readString(file).strip();
      return token.isEmpty() ? null : token;
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      System.getLogger(HubSettings.class.getName())
          .log(System.Logger.Level.WARNING, "the token in {0} cannot be read: {1}", file, e);
      return null;
    }
  }
}

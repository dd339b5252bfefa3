package org.openclip.hub.hf;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openclip.api.FetchException;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.UnknownNameException;
import org.openclip.api.spi.FetchOptions;
import org.openclip.api.spi.ModelSource;
import org.openclip.hub.hf.HubApi.FileFacts;
import org.openclip.hub.hf.HubApi.Revision;
import org.openclip.hub.http.Checksum;
import org.openclip.hub.http.CorruptDownloadException;
import org.openclip.hub.http.Download;
import org.openclip.hub.http.Http;
import org.openclip.hub.http.Relay;
import org.openclip.hub.http.StorageException;
import org.openclip.hub.io.ProcessLock;

/**
 * The files of one repository of the hub, at one commit: the one that the revision was when it was
 * first asked for. Files come from the cache, and over the network only when they are not there.
 */
final class HubSource implements ModelSource {
  private static final System.Logger LOGGER = System.getLogger(HubSource.class.getName());

  private final HubLocation location;
  private final HubSettings settings;
  private final FetchOptions options;
  private final HubApi api;
  private final HubCache cache;
  private @Nullable Resolved resolved;

  /** A commit, its files, and whether the network answered; else only what is here is known. */
  private record Resolved(String commit, List<String> names, boolean online) {}

  HubSource(HubLocation location, HubSettings settings, FetchOptions options) {
    this.location = location;
    this.settings = settings;
    this.options = options;
    this.api = new HubApi(settings);
    this.cache = new HubCache(settings.cache(), location.repository(), settings.links());
  }

  @Override
  public List<String> names() {
    return resolve().names();
  }

  @Override
  public Optional<String> chosen() {
    return Optional.of(location.file()).filter(file -> !file.isEmpty());
  }

  @Override
  public String toString() {
    return location.toString();
  }

  private synchronized Resolved resolve() {
    Resolved known = resolved;
    if (known == null) {
      known = settings.offline() ? here().orElseThrow(this::notHere) : ask();
      resolved = known;
    }
    return known;
  }

  /** Returns what the cache knows of the revision. */
  private Optional<Resolved> here() {
    return cache
        .commit(location.revision())
        .map(commit -> new Resolved(commit, cache.names(commit), false));
  }

  private Resolved ask() {
    Optional<Resolved> here = here();
    try {
      Revision revision = api.revision(location, here.isEmpty());
      cache.remember(location.revision(), revision.commit());
      return new Resolved(revision.commit(), revision.files(), true);
    } catch (IOException e) {
      Resolved kept = here.orElseThrow(() -> HubErrors.unreachable(location.folder(), settings, e));
      warn(kept, Http.reason(e));
      return kept;
    } catch (FetchException e) {
      if (here.isPresent() && (e.status() == 429 || e.status() >= 500)) {
        warn(here.get(), "status " + e.status());
        return here.get();
      }
      throw HubAdvice.on(e, location, api, cache);
    }
  }

  private void warn(Resolved kept, String reason) {
    LOGGER.log(
        System.Logger.Level.WARNING,
        "{0} does not respond ({1}); using {2} from the cache, at commit {3}",
        settings.endpoint(),
        reason,
        location.folder(),
        kept.commit());
  }

  private FetchException notHere() {
    return new FetchException(
        location.folder().toString(),
        0,
        "is not in the cache %s%s, and offline mode is on (HF_HUB_OFFLINE, --offline). Download it once without offline mode"
            .formatted(
                settings.cache(),
                location.revision().equals(HubLocation.MAIN)
                    ? ""
                    : " at revision '" + location.revision() + "'"),
        null);
  }

  @Override
  public Path fetch(String name) {
    Resolved at = resolve();
    Optional<Path> file = HubLocation.safe(name) ? cache.file(at.commit(), name) : Optional.empty();
    if (file.isPresent()) {
      return file.get();
    }
    if (at.online() && !at.names().contains(name)) {
      throw new UnknownNameException("file of " + location.folder(), name, at.names(), "");
    }
    if (!at.online()) {
      throw new FetchException(
          location.folder().toString(),
          0,
          "has no file %s in the cache %s at commit %s, and the hub cannot be reached; download it once with network access"
              .formatted(name, settings.cache(), at.commit()),
          null);
    }
    try {
      return download(at.commit(), name, api.facts(fileOf(name), at.commit(), name));
    } catch (CorruptDownloadException e) {
      throw new FetchException(
          fileOf(name).toString(), 0, "arrived corrupt; try again. " + e.getMessage(), e);
    } catch (StorageException | FileSystemException e) {
      InterruptedCallException.check("fetching " + fileOf(name), e);
      throw new FetchException(fileOf(name).toString(), 0, unkept(e), e);
    } catch (IOException e) {
      throw HubErrors.unreachable(fileOf(name), settings, e);
    }
  }

  private HubLocation fileOf(String name) {
    return new HubLocation(location.repository(), name, location.revision());
  }

  private Path download(String commit, String name, FileFacts facts) throws IOException {
    Path blob = cache.blob(facts.etag());
    Files.createDirectories(blob.getParent());
    try (ProcessLock lock = ProcessLock.take(cache.lock(facts.etag()))) {
      Optional<Path> meanwhile = cache.file(commit, name);
      if (meanwhile.isPresent()) {
        return meanwhile.get();
      }
      boolean fresh = !Files.isRegularFile(blob);
      if (fresh) {
        HttpRequest request = api.request(api.file(location, commit, name)).GET().build();
        Path part = cache.incomplete(facts.etag());
        if (!lock.exclusive()) {
          part = Files.createTempFile(blob.getParent(), facts.etag(), ".incomplete");
        }
        new Download(settings.http(), request, facts.size(), Checksum.ofEtag(facts.etag()), "")
            .run(part, blob, new Relay(options.listener(), name, facts.size()));
      }
      return cache.link(commit, name, facts.etag(), fresh);
    }
  }

  private String unkept(IOException failure) {
    Throwable e = failure.getCause() instanceof IOException inner ? inner : failure;
    String message = String.valueOf(e.getMessage());
    boolean closed =
        e instanceof AccessDeniedException || message.contains("Read-only file system");
    return closed
        ? "cannot be stored: the cache %s is read-only (%s). Choose another folder with HF_HUB_CACHE, --cache-dir or ModelBuilder.cacheFolder"
            .formatted(settings.cache(), message)
        : "cannot be stored in the cache %s: %s. The next attempt continues from the partial download; free some space, or choose another folder with HF_HUB_CACHE, --cache-dir or ModelBuilder.cacheFolder"
            .formatted(settings.cache(), message);
  }
}

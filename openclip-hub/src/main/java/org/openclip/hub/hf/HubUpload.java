package org.openclip.hub.hf;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.openclip.api.FetchException;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.spi.FetchListener;
import org.openclip.api.spi.FetchOptions;
import org.openclip.hub.http.Backoff;
import org.openclip.hub.http.Http;
import org.openclip.hub.http.Http.Redirects;
import org.openclip.hub.http.Relay;
import org.openclip.hub.io.JsonObjects;

/**
 * The way of files to a repository of the hub: the hub is asked which of them are large, those are
 * sent to where it keeps them, and one commit brings all of them in.
 */
public final class HubUpload {
  /**
   * A commit on the hub.
   *
   * @param commit its hash
   * @param url its page, or that of the pull request
   */
  public record Commit(String commit, String url) {}

  private static final String JSON = "application/json";
  static final String LFS = "application/vnd.git-lfs+json";

  /** A commit of many files takes the hub a while, in which it says nothing. */
  private static final Duration COMMIT_PATIENCE = Duration.ofMinutes(5);

  private final HubLocation location;
  private final HubSettings settings;
  private final HubApi api;
  private final FetchListener listener;

  /**
   * Creates an upload.
   *
   * @param place {@code org/repository}, with {@code @branch} behind it if need be
   * @param options the listener is told how far each file has come
   */
  public HubUpload(String place, FetchOptions options) {
    this(HubLocation.parse(place), HubSettings.of(options), options.listener());
  }

  HubUpload(HubLocation location, HubSettings settings, FetchListener listener) {
    if (!location.file().isEmpty() || !location.repository().contains("/")) {
      throw new FetchException(
          location.toString(), 0, "is not a repository name; write org/repository", null);
    }
    this.location = location;
    this.settings = settings;
    this.api = new HubApi(settings);
    this.listener = listener;
  }

  /**
   * Returns the files that the repository has; empty when there is no such repository.
   *
   * @throws FetchException when the hub does not tell
   */
  public Optional<List<String>> existing() {
    return existing(true);
  }

  private Optional<List<String>> existing(boolean patient) {
    try {
      return Optional.of(api.revision(location, patient).files());
    } catch (FetchException e) {
      boolean missing = e.status() == 404 || (e.status() == 401 && settings.token() == null);
      if (missing && !String.valueOf(e.getMessage()).contains("gated")) {
        return Optional.empty();
      }
      throw e;
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  /**
   * Returns the files that the repository has, none when there is no such repository, without
   * waiting long; null when the hub does not answer, or is not to be asked.
   */
  public @Nullable List<String> glance() {
    if (settings.offline()) {
      return null;
    }
    try {
      return existing(false).orElse(List.of());
    } catch (FetchException e) {
      if (e.status() == 0) {
        return null;
      }
      throw e;
    }
  }

  /**
   * Creates the repository, unless it is there.
   *
   * @param unlisted whether nobody but its owner may see it
   * @throws FetchException when the hub refuses
   */
  public void create(boolean unlisted) {
    int slash = location.repository().indexOf('/');
    Map<String, Object> claim = new LinkedHashMap<>();
    claim.put("type", "model");
    claim.put("organization", location.repository().substring(0, slash));
    claim.put("name", location.repository().substring(slash + 1));
    claim.put("private", unlisted);
    try {
      HttpResponse<byte[]> response = post("/api/repos/create", JSON, claim);
      if (response.statusCode() != 409) {
        check(response);
      }
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  /**
   * Sends files and commits them; those that the repository has already are left out.
   *
   * @param files their places on this machine, by their names in the repository
   * @param message the first line of the commit's message
   * @param pullRequest whether the commit is proposed instead of made
   * @return the commit, or the one that is there when nothing is new
   * @throws FetchException when the hub refuses
   */
  public Commit send(SequencedMap<String, Path> files, String message, boolean pullRequest) {
    needToken();
    try {
      List<UploadFile> all = new ArrayList<>();
      for (Map.Entry<String, Path> file : files.entrySet()) {
        all.add(UploadFile.of(file.getValue(), file.getKey()));
      }
      List<UploadFile> small = new ArrayList<>();
      List<UploadFile> large = new ArrayList<>();
      sort(all, small, large, pullRequest);
      if (small.isEmpty() && large.isEmpty()) {
        String commit = api.revision(location, true).commit();
        return new Commit(commit, settings.endpoint() + "/" + location.repository());
      }
      sendLarge(large);
      return commit(small, large, message, pullRequest);
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  private void needToken() {
    if (settings.token() == null) {
      throw new FetchException(
          location.toString(),
          0,
          "cannot be written without a token; set HF_TOKEN to a token with write permission",
          null);
    }
    if (settings.offline()) {
      throw new FetchException(
          location.toString(), 0, "cannot be written offline; unset HF_HUB_OFFLINE", null);
    }
  }

  /** Asks the hub which files are large, and leaves out those that it has. */
  private void sort(
      List<UploadFile> all, List<UploadFile> small, List<UploadFile> large, boolean pullRequest)
      throws IOException {
    List<Map<String, Object>> asked = new ArrayList<>();
    for (UploadFile file : all) {
      Map<String, Object> claim = new LinkedHashMap<>();
      claim.put("path", file.path());
      claim.put("sample", file.sample());
      claim.put("size", file.size());
      asked.add(claim);
    }
    HttpResponse<byte[]> response =
        post(revisionPath("preupload", pullRequest), JSON, Map.of("files", asked));
    check(response);
    Map<String, Map<?, ?>> answers = new LinkedHashMap<>();
    if (HubApi.json(response, location).get("files") instanceof List<?> files) {
      for (Object file : files) {
        if (file instanceof Map<?, ?> answer) {
          answers.put(String.valueOf(answer.get("path")), answer);
        }
      }
    }
    for (UploadFile file : all) {
      Map<?, ?> answer = answers.getOrDefault(file.path(), Map.of());
      if (Boolean.TRUE.equals(answer.get("shouldIgnore"))
          || (answer.get("oid") instanceof String oid && file.sameAs(oid))) {
        continue;
      }
      // The store takes no empty files.
      boolean isLarge = "lfs".equals(answer.get("uploadMode")) && file.size() > 0;
      (isLarge ? large : small).add(file);
    }
  }

  private void sendLarge(List<UploadFile> files) throws IOException {
    if (files.isEmpty()) {
      return;
    }
    List<Map<String, Object>> objects = new ArrayList<>();
    for (UploadFile file : files) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("oid", file.sha256());
      object.put("size", file.size());
      objects.add(object);
    }
    Map<String, Object> claim = new LinkedHashMap<>();
    claim.put("operation", "upload");
    claim.put("transfers", List.of("basic", "multipart"));
    claim.put("hash_algo", "sha256");
    claim.put("ref", Map.of("name", location.revision()));
    claim.put("objects", objects);
    HttpResponse<byte[]> response =
        post("/" + location.repository() + ".git/info/lfs/objects/batch", LFS, claim);
    check(response);
    if (HubApi.json(response, location).get("objects") instanceof List<?> answers) {
      for (Object answer : answers) {
        if (answer instanceof Map<?, ?> object) {
          sendLarge(files, object);
        }
      }
    }
  }

  private void sendLarge(List<UploadFile> files, Map<?, ?> answer) throws IOException {
    if (answer.get("error") instanceof Map<?, ?> error) {
      throw new FetchException(
          location.toString(), 200, "rejects a file: " + error.get("message"), null);
    }
    for (UploadFile file : files) {
      if (file.sha256().equals(answer.get("oid"))) {
        Map<?, ?> actions = answer.get("actions") instanceof Map<?, ?> map ? map : Map.of();
        Relay progress = new Relay(listener, file.path(), file.size());
        new LfsUpload(api, settings, location, file, progress).run(actions);
        return;
      }
    }
  }

  private Commit commit(
      List<UploadFile> small, List<UploadFile> large, String message, boolean pullRequest)
      throws IOException {
    StringBuilder lines = new StringBuilder();
    line(lines, "header", Map.of("summary", message, "description", ""));
    for (UploadFile file : small) {
      Map<String, Object> value = new LinkedHashMap<>();
      value.put("content", file.content());
      value.put("path", file.path());
      value.put("encoding", "base64");
      line(lines, "file", value);
    }
    for (UploadFile file : large) {
      Map<String, Object> value = new LinkedHashMap<>();
      value.put("path", file.path());
      value.put("algo", "sha256");
      value.put("oid", file.sha256());
      value.put("size", file.size());
      line(lines, "lfsFile", value);
    }
    // Not tried again: nobody knows whether a commit whose answer was lost was made.
    Http once = settings.http().with(Backoff.DEFAULT.withRetries(0)).withPatience(COMMIT_PATIENCE);
    HttpResponse<byte[]> response =
        once.send(
            api.request(api.at(revisionPath("commit", pullRequest)))
                .header("Content-Type", "application/x-ndjson")
                .POST(BodyPublishers.ofString(lines.toString(), StandardCharsets.UTF_8))
                .build(),
            Redirects.SAME_HOST);
    check(response);
    Map<String, Object> json = HubApi.json(response, location);
    Object url = pullRequest ? json.get("pullRequestUrl") : json.get("commitUrl");
    return new Commit(String.valueOf(json.get("commitOid")), String.valueOf(url));
  }

  private static void line(StringBuilder lines, String key, Map<String, ?> value) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("key", key);
    line.put("value", value);
    lines.append(JsonObjects.writeCompact(line)).append('\n');
  }

  private String revisionPath(String action, boolean pullRequest) {
    return "/api/models/"
        + location.repository()
        + "/"
        + action
        + "/"
        + HubApi.encoded(location.revision())
        + (pullRequest ? "?create_pr=1" : "");
  }

  private HttpResponse<byte[]> post(String path, String type, Map<String, Object> json)
      throws IOException {
    return settings
        .http()
        .send(
            api.request(api.at(path))
                .header("Content-Type", type)
                .header("Accept", type)
                .POST(BodyPublishers.ofString(JsonObjects.writeCompact(json)))
                .build(),
            Redirects.SAME_HOST);
  }

  private void check(HttpResponse<byte[]> response) {
    HubErrors.check(response, location, settings);
  }

  private FetchException unreachable(IOException e) {
    InterruptedCallException.check("sending to " + location, e);
    return new FetchException(
        location.toString(),
        0,
        "cannot be reached: %s does not respond (%s). Nothing was committed"
            .formatted(settings.endpoint(), Http.reason(e)),
        e);
  }
}

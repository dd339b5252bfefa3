package org.openclip.hub.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openclip.hub.io.JsonObjects;
import org.openclip.hub.testkit.StoredRepository.Stored;

/** The requests by which files come to a hub. */
public record UploadHandler(HubServer server) {
  /** The size of the parts that large files are asked for in. */
  public static final int PART = 40_000;

  /** From this size on a file is large. */
  public static final int LARGE = 10_000;

  private static final Pattern PREUPLOAD =
      Pattern.compile("/api/models/([^/]+/[^/]+)/preupload/([^/]+)");
  private static final Pattern COMMIT = Pattern.compile("/api/models/([^/]+/[^/]+)/commit/([^/]+)");
  private static final Pattern BATCH =
      Pattern.compile("/([^/]+/[^/]+)\\.git/info/lfs/objects/batch");

  /** Returns false when it is no such request. */
  boolean handle(HttpExchange exchange, String path) throws IOException {
    if (!exchange.getRequestMethod().equals("POST")) {
      return false;
    }
    byte[] body = exchange.getRequestBody().readAllBytes();
    Matcher preupload = PREUPLOAD.matcher(path);
    Matcher commit = COMMIT.matcher(path);
    Matcher batch = BATCH.matcher(path);
    if (path.startsWith("/complete/")) {
      complete(exchange, path.substring(10), json(body));
      return true;
    }
    String given = exchange.getRequestHeaders().getFirst("Authorization");
    if (!"Bearer hf_writer".equals(given)) {
      HubServer.refuse(exchange, 403, Map.of("X-Error-Message", "you may not write"));
    } else if (path.equals("/api/repos/create")) {
      create(exchange, json(body));
    } else if (path.startsWith("/verify/")) {
      verify(exchange, json(body));
    } else if (preupload.matches()) {
      preupload(exchange, preupload.group(1), preupload.group(2), json(body));
    } else if (batch.matches()) {
      batch(exchange, json(body));
    } else if (commit.matches()) {
      commit(exchange, commit.group(1), commit.group(2), new String(body, UTF_8));
    } else {
      return false;
    }
    return true;
  }

  private static Map<String, Object> json(byte[] body) {
    return JsonObjects.parse("request", 0, body);
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> objects(Object list) {
    return (List<Map<String, Object>>) list;
  }

  private void create(HttpExchange exchange, Map<String, Object> claim) throws IOException {
    String name = claim.get("organization") + "/" + claim.get("name");
    boolean there = server.repositories.containsKey(name);
    StoredRepository repository = server.repository(name);
    if (!there) {
      repository.token = Boolean.TRUE.equals(claim.get("private")) ? "hf_writer" : "";
      repository.commit("main", Map.of(".gitattributes", Stored.small(new byte[0])));
    }
    HubServer.json(exchange, there ? 409 : 200, Map.of("url", name));
  }

  private void preupload(
      HttpExchange exchange, String name, String branch, Map<String, Object> claim)
      throws IOException {
    StoredRepository repository = server.opened(exchange, name);
    if (repository == null) {
      return;
    }
    Map<String, Stored> there = repository.files(repository.head(branch));
    List<Object> files = new ArrayList<>();
    for (Map<String, Object> file : objects(claim.get("files"))) {
      Map<String, Object> answer = new LinkedHashMap<>();
      String path = (String) file.get("path");
      int sample = Base64.getDecoder().decode((String) file.get("sample")).length;
      long size = ((Number) file.get("size")).longValue();
      if (sample != Math.min(512, size)) {
        HubServer.refuse(exchange, 400, Map.of("X-Error-Message", "a sample of 512 bytes"));
        return;
      }
      answer.put("path", path);
      answer.put("uploadMode", size >= LARGE ? "lfs" : "regular");
      answer.put("shouldIgnore", false);
      answer.put("oid", there.containsKey(path) ? there.get(path).etag : null);
      files.add(answer);
    }
    HubServer.json(exchange, 200, Map.of("files", files));
  }

  private void batch(HttpExchange exchange, Map<String, Object> claim) throws IOException {
    List<Object> answers = new ArrayList<>();
    for (Map<String, Object> object : objects(claim.get("objects"))) {
      Map<String, Object> answer = new LinkedHashMap<>(object);
      String oid = (String) object.get("oid");
      int size = ((Number) object.get("size")).intValue();
      if (!server.store.containsKey(oid)) {
        Map<String, Object> upload = new LinkedHashMap<>();
        Map<String, Object> header = new TreeMap<>();
        if (size > PART) {
          header.put("chunk_size", "" + PART);
          for (int part = 1; part <= (size + PART - 1) / PART; part++) {
            header.put("" + part, server.storeAddress("/parts/" + oid + "-" + part) + "?signed");
          }
          upload.put("href", server.endpoint() + "/complete/" + oid);
        } else {
          upload.put("href", server.storeAddress("/whole/" + oid) + "?signed");
        }
        upload.put("header", header);
        answer.put(
            "actions",
            Map.of("upload", upload, "verify", Map.of("href", server.endpoint() + "/verify/")));
      }
      answers.add(answer);
    }
    HubServer.json(exchange, 200, Map.of("transfer", "multipart", "objects", answers));
  }

  private void complete(HttpExchange exchange, String oid, Map<String, Object> claim)
      throws IOException {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    for (Map<String, Object> part : objects(claim.get("parts"))) {
      String key = "/parts/" + oid + "-" + part.get("partNumber");
      if (!HubServer.partEtag(key).equals(part.get("etag"))) {
        HubServer.refuse(exchange, 400, Map.of());
        return;
      }
      whole.writeBytes(server.store.get(key));
    }
    keep(exchange, oid, whole.toByteArray());
  }

  private void verify(HttpExchange exchange, Map<String, Object> claim) throws IOException {
    String oid = (String) claim.get("oid");
    byte[] whole = server.store.get("/whole/" + oid);
    if (whole != null) {
      keep(exchange, oid, whole);
    } else {
      HubServer.refuse(exchange, server.store.containsKey(oid) ? 200 : 404, Map.of());
    }
  }

  private void keep(HttpExchange exchange, String oid, byte[] bytes) throws IOException {
    boolean right = StoredRepository.sha256(bytes).equals(oid);
    if (right) {
      server.store.put(oid, bytes);
    }
    HubServer.refuse(exchange, right ? 200 : 400, Map.of());
  }

  private void commit(HttpExchange exchange, String name, String branch, String lines)
      throws IOException {
    Map<String, Stored> files = new TreeMap<>();
    String summary = "";
    for (String line : lines.lines().toList()) {
      Map<String, Object> object = json(line.getBytes(UTF_8));
      Map<?, ?> value = (Map<?, ?>) object.get("value");
      String path = (String) value.get("path");
      switch ((String) object.get("key")) {
        case "header" -> summary = (String) value.get("summary");
        case "file" ->
            files.put(
                path, Stored.small(Base64.getDecoder().decode((String) value.get("content"))));
        case "lfsFile" -> files.put(path, Stored.large(server.store.get(value.get("oid"))));
        default -> HubServer.refuse(exchange, 400, Map.of());
      }
    }
    boolean proposed = "create_pr=1".equals(exchange.getRequestURI().getQuery());
    String target = proposed ? "refs/pr/1" : branch;
    StoredRepository repository = server.repository(name);
    if (proposed) {
      repository.references.put(target, repository.head(branch));
    }
    String commit = repository.commit(target, files);
    repository.messages.put(commit, summary);
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("commitOid", commit);
    answer.put("commitUrl", server.endpoint() + "/" + name + "/commit/" + commit);
    answer.put("pullRequestUrl", server.endpoint() + "/" + name + "/discussions/1");
    HubServer.json(exchange, 200, answer);
  }
}

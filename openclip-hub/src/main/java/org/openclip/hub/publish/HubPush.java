package org.openclip.hub.publish;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.openclip.api.FetchException;
import org.openclip.api.InvalidFileException;
import org.openclip.api.OpenClipException;
import org.openclip.api.spi.FetchListener;
import org.openclip.api.spi.FetchOptions;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.OpenClip;
import org.openclip.hub.checkpoint.WeightsMismatchException;
import org.openclip.hub.hf.HubUpload;
import org.openclip.hub.io.JsonObjects;
import org.openclip.hub.io.ModelFiles;
import org.openclip.hub.model.ModelFolder;

/**
 * Publishes a model folder in a repository of the Hugging Face hub: its configuration, its
 * checkpoint, the files of its tokenizer, and a model card if there is none. All files are in one
 * commit. The methods that set something return this object. Not thread-safe.
 *
 * <p>The access token is {@code HF_TOKEN}, or the one that the hub's tools have stored.
 */
public final class HubPush {
  private static final String CARD = "README.md";

  /**
   * A file to upload.
   *
   * @param path its name in the repository
   * @param bytes its size
   * @param replaces whether the repository already has a file of this name; null when it is unknown
   */
  public record PlannedFile(String path, long bytes, @Nullable Boolean replaces) {}

  /**
   * A commit on the hub.
   *
   * @param commit its hash
   * @param url its page, or that of the pull request
   */
  public record Pushed(String commit, String url) {}

  private final Path folder;
  private final String repository;
  private PluginRegistry plugins = PluginRegistry.create(HubPush.class);
  private FetchListener listener = FetchListener.NONE;
  private String branch = "main";
  private String message = "Add model";
  private String license = "";
  private boolean create;
  private boolean unlisted;
  private boolean pullRequest;
  private boolean offline;

  private HubPush(Path folder, String repository) {
    this.folder = folder;
    this.repository = repository;
  }

  /**
   * Creates a push with default settings.
   *
   * @param folder the model folder, as {@link ModelBuilder#save} writes it
   * @param repository the repository, as {@code org/repository}
   */
  public static HubPush of(Path folder, String repository) {
    return new HubPush(folder, repository);
  }

  /** Sets the branch. The default is {@code main}. */
  public HubPush branch(String name) {
    branch = name;
    return this;
  }

  /**
   * Creates the repository if it does not exist.
   *
   * @param hidden whether the repository is private
   */
  public HubPush create(boolean hidden) {
    create = true;
    unlisted = hidden;
    return this;
  }

  /** Opens a pull request instead of committing to the branch. */
  public HubPush pullRequest() {
    pullRequest = true;
    return this;
  }

  /** Sets the first line of the commit message. */
  public HubPush message(String line) {
    message = line;
    return this;
  }

  /** Sets the licence in the model card, as an identifier of the hub such as {@code mit}. */
  public HubPush license(String identifier) {
    license = identifier;
    return this;
  }

  /** Sets a listener for the progress of each large file. */
  public HubPush onSend(FetchListener told) {
    listener = told;
    return this;
  }

  /** Plans without any network access. */
  public HubPush offline(boolean only) {
    offline = only;
    return this;
  }

  /** Sets the plugin registry, instead of the one of the thread's class path. */
  public HubPush plugins(PluginRegistry registry) {
    plugins = registry;
    return this;
  }

  /**
   * Checks the model and returns the files to upload. Nothing is sent, and no network is needed. If
   * the hub does not answer, the files that it has are unknown.
   *
   * @throws InvalidFileException when the folder is not a complete model folder
   * @throws WeightsMismatchException when its weights do not fit its configuration
   * @throws FetchException when the hub refuses
   */
  public List<PlannedFile> plan() {
    model().check();
    SequencedMap<String, Path> files = files();
    List<String> existing = upload().glance();
    List<PlannedFile> planned = new ArrayList<>();
    for (Map.Entry<String, Path> file : files.entrySet()) {
      Boolean replaces = existing == null ? null : existing.contains(file.getKey());
      planned.add(new PlannedFile(file.getKey(), size(file.getValue()), replaces));
    }
    if (needsCard(existing == null ? List.of() : existing)) {
      Boolean replaces = existing == null ? null : false;
      planned.add(new PlannedFile(CARD, card().getBytes(StandardCharsets.UTF_8).length, replaces));
    }
    return List.copyOf(planned);
  }

  /**
   * Uploads the model. Files that the repository already has are not uploaded again.
   *
   * @throws InvalidFileException when the folder is not a complete model folder
   * @throws WeightsMismatchException when its weights do not fit its configuration
   * @throws FetchException when the hub refuses; then nothing is committed
   */
  public Pushed push() {
    model().check();
    SequencedMap<String, Path> files = files();
    HubUpload upload = upload();
    Optional<List<String>> existing = upload.existing();
    if (existing.isEmpty()) {
      if (!create) {
        throw new FetchException(
            "hf-hub:" + repository,
            404,
            "is not on the hub; create it (--create, HubPush.create), or check its name and"
                + " HF_TOKEN",
            null);
      }
      upload.create(unlisted);
    }
    Path written = null;
    try {
      if (needsCard(existing.orElse(List.of()))) {
        written = Files.writeString(Files.createTempFile("model-card", ".md"), card());
        files.put(CARD, written);
      }
      HubUpload.Commit commit = upload.send(files, message, pullRequest);
      return new Pushed(commit.commit(), commit.url());
    } catch (IOException e) {
      throw new OpenClipException("the model card cannot be written: " + e, e);
    } finally {
      delete(written);
    }
  }

  private HubUpload upload() {
    return new HubUpload(
        branch.equals("main") ? repository : repository + "@" + branch,
        new FetchOptions(null, offline, listener));
  }

  /** Returns the files of the model by their names; other files of the folder stay. */
  private SequencedMap<String, Path> files() {
    ModelFolder model = ModelFolder.read(folder);
    Path checkpoint =
        model
            .findCheckpoint()
            .orElseThrow(
                () -> new InvalidFileException(folder.toString(), -1, "has no checkpoint"));
    TreeSet<String> names = new TreeSet<>(ModelFiles.TOKENIZER);
    names.add(CARD);
    if (checkpoint.toString().endsWith(ModelFiles.INDEX)
        && JsonObjects.read(checkpoint).get("weight_map") instanceof Map<?, ?> shards) {
      shards.values().forEach(shard -> names.add(String.valueOf(shard)));
    }
    SequencedMap<String, Path> files = new LinkedHashMap<>();
    files.put(ModelFiles.CONFIG, folder.resolve(ModelFiles.CONFIG));
    files.put(String.valueOf(checkpoint.getFileName()), checkpoint);
    for (String name : names) {
      if (Files.isRegularFile(folder.resolve(name))) {
        files.put(name, folder.resolve(name));
      }
    }
    return files;
  }

  private boolean needsCard(List<String> existing) {
    return !existing.contains(CARD) && !Files.isRegularFile(folder.resolve(CARD));
  }

  private ModelBuilder model() {
    return OpenClip.model("local-dir:" + folder).plugins(plugins);
  }

  private String card() {
    ModelBuilder builder = model();
    return ModelCard.of(repository, license, builder.architecture(), builder.preprocessing());
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new InvalidFileException(file.toString(), -1, "cannot be read: " + e, e);
    }
  }

  private static void delete(@Nullable Path written) {
    try {
      if (written != null) {
        Files.deleteIfExists(written);
      }
    } catch (IOException e) {
      System.getLogger(HubPush.class.getName())
          .log(System.Logger.Level.DEBUG, "{0} stays: {1}", written, e);
    }
  }
}

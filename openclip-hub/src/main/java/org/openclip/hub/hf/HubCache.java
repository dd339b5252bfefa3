package org.openclip.hub.hf;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The cache of one repository on this machine, laid out as the hub's Python library lays it out, so
 * that both share it: {@code blobs} holds the bytes by their hash, {@code snapshots} a folder of
 * links for each commit, {@code refs} the commit of each branch and tag.
 *
 * @param root the folder of all repositories
 * @param repository the repository's name
 * @param links whether snapshots may be links; else they are files
 */
record HubCache(Path root, String repository, boolean links) {
  /** Whether a revision is a commit, which never moves. */
  static boolean isCommit(String revision) {
    return revision.matches("[0-9a-f]{40}");
  }

  private String folderName() {
    return "models--" + repository.replace("/", "--");
  }

  /** Returns the repository's folder. */
  Path folder() {
    return root.resolve(folderName());
  }

  /** Returns the commit that a revision was when it was last seen; empty when it never was. */
  Optional<String> commit(String revision) {
    if (isCommit(revision)) {
      return Optional.of(revision).filter(commit -> Files.isDirectory(snapshot(commit)));
    }
    try {
      String commit = Files.readString(folder().resolve("refs").resolve(revision)).strip();
      return Optional.of(commit).filter(HubCache::isCommit);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Remembers which commit a revision is; a cache that cannot be written forgets it. */
  void remember(String revision, String commit) {
    if (revision.equals(commit) || commit(revision).filter(commit::equals).isPresent()) {
      return;
    }
    Path ref = folder().resolve("refs").resolve(revision);
    try {
      Files.createDirectories(ref.getParent());
      Path written = ref.resolveSibling(ref.getFileName() + "." + UUID.randomUUID() + ".tmp");
      Files.writeString(written, commit);
      move(written, ref);
    } catch (IOException e) {
      System.getLogger(HubCache.class.getName())
          .log(System.Logger.Level.DEBUG, "{0} cannot be cached: {1}", ref, e);
    }
  }

  /** Returns the folder of a commit's files. */
  Path snapshot(String commit) {
    return folder().resolve("snapshots").resolve(commit);
  }

  /** Returns a file of a commit; empty when it is not here, or its link leads nowhere. */
  Optional<Path> file(String commit, String name) {
    return Optional.of(snapshot(commit).resolve(name)).filter(Files::isRegularFile);
  }

  /** Returns the names of the files of a commit that are here, in order. */
  List<String> names(String commit) {
    Path snapshot = snapshot(commit);
    try (Stream<Path> files = Files.walk(snapshot)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> snapshot.relativize(file).toString().replace('\\', '/'))
          .sorted()
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  /** Returns where the bytes of an ETag lie, or will lie. */
  Path blob(String etag) {
    return folder().resolve("blobs").resolve(etag);
  }

  /**
   * Returns where the bytes of an ETag are gathered. The name is not that of the Python library,
   * which would append to it.
   */
  Path incomplete(String etag) {
    return folder().resolve("blobs").resolve(etag + ".openclip.incomplete");
  }

  /** Returns the file that keeps two processes from fetching the same bytes. */
  Path lock(String etag) {
    return root.resolve(".locks").resolve(folderName()).resolve(etag + ".lock");
  }

  /**
   * Lets a file of a commit appear, as a link to its bytes, or, where there are no links, as the
   * bytes themselves.
   *
   * @param fresh whether the bytes are new, so that no other snapshot needs them
   * @return the file
   */
  Path link(String commit, String name, String etag, boolean fresh) throws IOException {
    Path file = snapshot(commit).resolve(name);
    Files.createDirectories(file.getParent());
    if (Files.isRegularFile(file)) {
      return file;
    }
    Path blob = blob(etag);
    if (links && linked(file, blob)) {
      return file;
    }
    if (fresh) {
      move(blob, file);
    } else {
      Path copy = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".tmp");
      Files.copy(blob, copy);
      move(copy, file);
    }
    return file;
  }

  private static boolean linked(Path file, Path blob) throws IOException {
    Path folder = Objects.requireNonNull(file.getParent());
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      // A link that leads nowhere: its bytes were deleted.
      Files.delete(file);
    }
    try {
      Files.createSymbolicLink(file, folder.relativize(blob));
      return true;
    } catch (FileAlreadyExistsException e) {
      return Files.isRegularFile(file);
    } catch (IOException | UnsupportedOperationException | SecurityException e) {
      return false;
    }
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}

package org.openclip.train.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.OpenClipException;

/**
 * Copies a run's folder to a remote place, such as a bucket: new and changed files at intervals,
 * and all remaining files at the end. Of a checkpoint, the file that makes it one is copied last,
 * so that those over there are whole. Nothing is removed over there.
 */
public final class RemoteSync implements AutoCloseable {
  /** The checkpoint that is replaced in its place: its files over there could be of two. */
  private static final String CHANGING = "epoch_latest";

  private static final Comparator<Path> STATE_LAST =
      Comparator.comparing((Path file) -> file.endsWith(Checkpoint.STATE))
          .thenComparing(Comparator.naturalOrder());

  private final Path from;
  private final Path to;
  private final Consumer<String> say;
  private final Map<Path, String> copied = new HashMap<>();
  private final CountDownLatch end = new CountDownLatch(1);
  private final Thread thread;

  private RemoteSync(Path from, Path to, Duration every, Consumer<String> say) {
    this.from = from;
    this.to = to;
    this.say = say;
    this.thread =
        Thread.ofPlatform().daemon().name("openclip-remote-sync").unstarted(() -> repeat(every));
  }

  /**
   * Copies what is there, and goes on in the background.
   *
   * @param from a folder of this machine
   * @param to a folder of any file system, which is made when it is missing
   * @param every how long to wait between two copies
   * @param say told, in a line, of failures and of the end
   * @throws OpenClipException when the first copy fails
   */
  public static RemoteSync start(Path from, Path to, Duration every, Consumer<String> say) {
    RemoteSync sync = new RemoteSync(from, to, every, say);
    try {
      sync.copy();
    } catch (InterruptedCallException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw sync.failed(e);
    }
    sync.thread.start();
    return sync;
  }

  /** Returns the place that it copies to, for messages. */
  public String place() {
    return to.toUri().toString();
  }

  private OpenClipException failed(Exception e) {
    InterruptedCallException.check("copying " + from + " to " + to.toUri(), e);
    return new OpenClipException(
        "remote sync: %s cannot be copied to %s: %s; the local files are kept"
            .formatted(from, to.toUri(), e),
        e);
  }

  private void repeat(Duration every) {
    try {
      while (!end.await(every.toMillis(), TimeUnit.MILLISECONDS)) {
        try {
          copy();
        } catch (IOException | RuntimeException e) {
          say.accept(failed(e).getMessage() + "; retrying later");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Copies what is new or has changed. */
  private synchronized void copy() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(from)) {
      files = all.filter(this::wanted).sorted(STATE_LAST).toList();
    }
    for (Path file : files) {
      try {
        BasicFileAttributes facts = Files.readAttributes(file, BasicFileAttributes.class);
        String version = facts.size() + " " + facts.lastModifiedTime();
        Path target = to.resolve(from.relativize(file).toString().replace('\\', '/'));
        if (!version.equals(copied.get(file))) {
          if (!same(facts, target)) {
            makeFolder(target);
            Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
          }
          copied.put(file, version);
        }
      } catch (NoSuchFileException e) {
        if (Files.exists(file)) {
          throw e; // It is the other side that is missing.
        }
      }
    }
  }

  private boolean wanted(Path file) {
    for (Path part : from.relativize(file)) {
      String name = part.toString();
      if (name.equals(CHANGING) || name.endsWith(".part") || name.endsWith(".old")) {
        return false;
      }
    }
    return Files.isRegularFile(file);
  }

  /** Returns whether a copy of an earlier process is there still. */
  private static boolean same(BasicFileAttributes facts, Path target) {
    try {
      BasicFileAttributes there = Files.readAttributes(target, BasicFileAttributes.class);
      return there.size() == facts.size()
          && there.lastModifiedTime().compareTo(facts.lastModifiedTime()) >= 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static void makeFolder(Path target) throws IOException {
    Path parent = target.getParent();
    if (parent != null && !Files.isDirectory(parent)) {
      Files.createDirectories(parent);
    }
  }

  /**
   * Copies what is left.
   *
   * @throws OpenClipException when that fails
   */
  @Override
  public void close() {
    end.countDown();
    try {
      thread.join();
      copy();
    } catch (InterruptedException e) {
      say.accept("remote sync: interrupted before everything was copied to " + to.toUri());
      throw InterruptedCallException.of("copying " + from + " to " + to.toUri(), e);
    } catch (InterruptedCallException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw failed(e);
    }
  }

  /**
   * Copies a checkpoint here from elsewhere.
   *
   * @param from its folder
   * @param folder where it is to lie; it appears there when it is whole
   * @throws OpenClipException when it cannot be copied
   */
  public static void fetch(Path from, Path folder) {
    Path part = folder.resolveSibling(folder.getFileName() + ".part");
    Checkpoint.remove(part);
    try {
      Files.createDirectories(part);
      List<Path> files;
      try (Stream<Path> all = Files.list(from)) {
        files = all.filter(Files::isRegularFile).sorted(STATE_LAST).toList();
      }
      for (Path file : files) {
        Files.copy(file, part.resolve(String.valueOf(file.getFileName())));
      }
      Checkpoint.remove(folder);
      Files.move(part, folder);
    } catch (IOException e) {
      InterruptedCallException.check("copying " + from.toUri(), e);
      throw new OpenClipException(
          "the checkpoint " + from.toUri() + " cannot be downloaded: " + e, e);
    }
  }
}

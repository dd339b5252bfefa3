package org.openclip.hub.http;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InterruptedCallException;

/**
 * Downloads a file of known size: large files in parallel ranges, resumed after an interruption,
 * verified, and visible under its name only when complete.
 *
 * @param http the client
 * @param request a GET without a range; redirects are followed
 * @param size how many bytes the file has
 * @param checksum what they must add up to
 * @param validator the ETag by which ranges of one file are told from those of another; empty when
 *     the URL never changes its content
 */
public record Download(
    Http http, HttpRequest request, long size, Checksum checksum, String validator) {
  /** From this size on a file is fetched in ranges side by side. */
  private static final long BIG = 64L << 20;

  private static final long PIECE = 32L << 20;
  private static final int MOST_PIECES = 8;

  /**
   * Brings the file here.
   *
   * @param part where the bytes are gathered; what is there already is kept if the server can go on
   *     from it, and stays there when the download fails
   * @param target where the file appears when it is whole
   * @param progress told how many bytes are there, by several threads
   * @throws CorruptDownloadException when the bytes are not those that the checksum stands for
   * @throws IOException when the server cannot be reached after all retries, or the disk is full
   */
  public void run(Path part, Path target, LongConsumer progress) throws IOException {
    boolean resumed = Files.exists(part);
    int pieces = size < BIG ? 1 : (int) Math.min(MOST_PIECES, size / PIECE);
    if (!gather(part, pieces, progress)) {
      // A server without ranges, and there are several pieces: once more in one.
      Files.delete(part);
      gather(part, 1, progress);
    }
    Optional<String> problem = checksum.problem(part);
    if (problem.isPresent()) {
      Files.delete(part);
      if (!resumed) {
        throw new CorruptDownloadException(request.uri(), problem.get());
      }
      // What was there before may have been damaged by a crash.
      run(part, target, progress);
      return;
    }
    try {
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** Fetches all pieces; returns false when the server sends no ranges and there are several. */
  private boolean gather(Path part, int pieces, LongConsumer progress) throws IOException {
    try (PartFile file = PartFile.open(part, size, pieces)) {
      List<Integer> open = new ArrayList<>();
      for (int piece = 0; piece < file.pieces(); piece++) {
        if (file.done(piece) < file.length(piece)) {
          open.add(piece);
        }
      }
      checkSpace(part, size - file.done());
      progress.accept(file.done());
      boolean ranges =
          open.size() < 2 ? fetchOne(file, open, progress) : fetchAll(file, open, progress);
      if (ranges) {
        file.complete();
      }
      return ranges;
    }
  }

  /** Fails before the first byte comes when the last one would find no place. */
  private static void checkSpace(Path part, long missing) throws IOException {
    long free = Files.getFileStore(part).getUsableSpace();
    // Some file systems do not know, and say 0.
    if (free > 0 && free < missing) {
      throw new StorageException(
          new IOException(
              String.format(
                  Locale.ROOT,
                  "%,d MB are still to be downloaded, but the disk has only %,d MB of free space",
                  missing >> 20,
                  free >> 20)));
    }
  }

  private boolean fetchOne(PartFile file, List<Integer> pieces, LongConsumer progress)
      throws IOException {
    return pieces.isEmpty() || new Piece(file, pieces.get(0), progress).fetch();
  }

  private boolean fetchAll(PartFile file, List<Integer> pieces, LongConsumer progress)
      throws IOException {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Boolean>> fetches = new ArrayList<>();
      for (int piece : pieces) {
        fetches.add(threads.submit(() -> new Piece(file, piece, progress).fetch()));
      }
      try {
        boolean ranges = true;
        for (Future<Boolean> fetch : fetches) {
          ranges &= fetch.get();
        }
        return ranges;
      } catch (InterruptedException e) {
        throw InterruptedCallException.of("fetching " + Http.shown(request.uri()), e);
      } catch (ExecutionException e) {
        throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
      } finally {
        fetches.forEach(fetch -> fetch.cancel(true));
      }
    }
  }

  /** One range of the file, asked for again and again until it is whole. */
  private final class Piece {
    private final PartFile file;
    private final int index;
    private final LongConsumer progress;
    private @Nullable PieceSubscriber writer;

    Piece(PartFile file, int index, LongConsumer progress) {
      this.file = file;
      this.index = index;
      this.progress = progress;
    }

    /** Returns false when the server sends no ranges and there are several pieces. */
    boolean fetch() throws IOException {
      HttpResponse<Boolean> response =
          http.send(this::ranged, Http.Redirects.ALL, this::body, () -> file.done(index));
      if (response.statusCode() == 200 && file.pieces() > 1) {
        return false;
      }
      if (!response.body()) {
        throw new StatusException(response);
      }
      return true;
    }

    /**
     * Returns the request for what is missing, once nothing of an earlier answer comes any more.
     */
    private HttpRequest ranged() {
      takeOver(null);
      HttpRequest.Builder ranged = HttpRequest.newBuilder(request, (name, value) -> true);
      long from = file.start(index) + file.done(index);
      if (file.pieces() > 1 || from > 0) {
        ranged.header(
            "Range", "bytes=" + from + "-" + (file.start(index) + file.length(index) - 1));
        if (!validator.isEmpty()) {
          ranged.header("If-Range", validator);
        }
      }
      return ranged.build();
    }

    private synchronized void takeOver(@Nullable PieceSubscriber next) {
      if (writer != null) {
        writer.close();
      }
      writer = next;
    }

    private BodySubscriber<Boolean> body(ResponseInfo answer) {
      if (!accepts(answer)) {
        return new Refusal();
      }
      PieceSubscriber next = new PieceSubscriber(file, index, answer.statusCode() == 200, progress);
      takeOver(next);
      return BodySubscribers.fromSubscriber(next, PieceSubscriber::whole);
    }

    private boolean accepts(ResponseInfo answer) {
      if (answer.statusCode() == 206) {
        String range = answer.headers().firstValue("Content-Range").orElse("");
        return range.startsWith("bytes " + (file.start(index) + file.done(index)) + "-")
            && range.endsWith("/" + size);
      }
      return answer.statusCode() == 200 && file.pieces() == 1;
    }
  }
}

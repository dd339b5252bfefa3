package org.openclip.hub.cli.bulk;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.openclip.api.InvalidFileException;
import org.openclip.api.OpenClipException;
import org.openclip.api.image.PictureSource;
import org.openclip.api.model.Embeddings;
import org.openclip.hub.io.AtomicFile;
import org.openclip.hub.io.JsonObjects;

/**
 * One of the numbered pairs of files: {@code embeddings_0000.npy} with the vectors, and {@code
 * metadata_0000.jsonl} with an object for each.
 *
 * @param folder where they are
 * @param number from 0
 */
record VectorPart(Path folder, int number) {
  Path vectors() {
    return folder.resolve(String.format(Locale.ROOT, "embeddings_%04d.npy", number));
  }

  Path metadata() {
    return folder.resolve(String.format(Locale.ROOT, "metadata_%04d.jsonl", number));
  }

  /** Writes both files and returns what the manifest says of them. */
  Manifest.Part write(List<BulkItem> items, Embeddings rows) {
    AtomicFile.write(
        vectors(),
        channel -> {
          NpyWriter matrix = new NpyWriter(channel);
          matrix.append(rows);
          matrix.finish();
        });
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < items.size(); i++) {
      BulkItem item = items.get(i);
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("row", i);
      object.put("path", item.id());
      object.put("size", item.size());
      object.put("modified", item.modified());
      lines.append(JsonObjects.writeCompact(object)).append('\n');
    }
    byte[] text = lines.toString().getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(
        metadata(),
        channel -> {
          ByteBuffer rest = ByteBuffer.wrap(text);
          while (rest.hasRemaining()) {
            channel.write(rest);
          }
        });
    return new Manifest.Part(items.size(), hash(vectors()), hash(metadata()));
  }

  /** The content of a part that is whole. */
  record Content(List<BulkItem> items, Rows rows) {}

  /** Vectors that are read one by one. */
  interface Rows {
    float[] row(int index);
  }

  /**
   * Reads the part, if its files are those that the manifest tells.
   *
   * @param width of the vectors
   */
  Optional<Content> read(Manifest.Part told, int width) {
    if (!Files.isRegularFile(vectors())
        || !Files.isRegularFile(metadata())
        || !hash(vectors()).equals(told.vectors())
        || !hash(metadata()).equals(told.metadata())) {
      return Optional.empty();
    }
    return Optional.of(new Content(items(), rows(width)));
  }

  private List<BulkItem> items() {
    List<BulkItem> items = new ArrayList<>();
    try (BufferedReader reader = Files.newBufferedReader(metadata())) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        Map<String, Object> object =
            JsonObjects.parse(metadata().toString(), 0, line.getBytes(StandardCharsets.UTF_8));
        if (!(object.get("path") instanceof String path)
            || !(object.get("size") instanceof Number size)
            || !(object.get("modified") instanceof Number modified)) {
          throw new InvalidFileException(metadata().toString(), -1, "has a line without a path");
        }
        items.add(
            new BulkItem(
                path,
                size.longValue(),
                modified.longValue(),
                PictureSource.bytes(path, new byte[0])));
      }
      return items;
    } catch (IOException e) {
      throw new OpenClipException(metadata() + " cannot be read: " + e, e);
    }
  }

  private Rows rows(int width) {
    try (FileChannel channel = FileChannel.open(vectors())) {
      // What is mapped stays when the file gets a successor.
      ByteBuffer numbers =
          channel
              .map(
                  FileChannel.MapMode.READ_ONLY,
                  NpyWriter.HEADER,
                  channel.size() - NpyWriter.HEADER)
              .order(ByteOrder.LITTLE_ENDIAN);
      return index -> {
        float[] row = new float[width];
        numbers
            .slice(4 * index * width, 4 * width)
            .order(ByteOrder.LITTLE_ENDIAN)
            .asFloatBuffer()
            .get(row);
        return row;
      };
    } catch (IOException e) {
      throw new OpenClipException(vectors() + " cannot be read: " + e, e);
    }
  }

  private static String hash(Path file) {
    try (InputStream stream =
        new DigestInputStream(Files.newInputStream(file), MessageDigest.getInstance("SHA-256"))) {
      stream.transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(((DigestInputStream) stream).getMessageDigest().digest());
    } catch (IOException e) {
      throw new OpenClipException(file + " cannot be read: " + e, e);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }

  /** Deletes both files, if they are there. */
  void delete() {
    try {
      Files.deleteIfExists(vectors());
      Files.deleteIfExists(metadata());
    } catch (IOException e) {
      throw new OpenClipException(vectors() + " cannot be deleted: " + e, e);
    }
  }

  boolean exists() {
    return Files.exists(vectors()) || Files.exists(metadata());
  }
}

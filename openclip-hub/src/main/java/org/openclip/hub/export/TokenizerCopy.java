package org.openclip.hub.export;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.api.OpenClipException;
import org.openclip.api.spi.FetchOptions;
import org.openclip.hub.definition.ModelParts;
import org.openclip.hub.hf.HubTokenizers;
import org.openclip.hub.io.AtomicFile;
import org.openclip.hub.io.ModelFiles;

/**
 * The way of a tokenizer's files from one model folder to another: those that it was made from, in
 * its folder or on the hub, else those that it writes itself.
 */
public final class TokenizerCopy {
  private final ModelParts parts;
  private final HubTokenizers hub;

  public TokenizerCopy(ModelParts parts, FetchOptions fetching) {
    this.parts = parts;
    this.hub = new HubTokenizers(fetching);
  }

  /**
   * Writes the files.
   *
   * @return the files written
   * @throws OpenClipException when the folder cannot be written
   */
  public List<Path> write(Path folder) {
    List<Path> written = new ArrayList<>();
    for (String name : ModelFiles.TOKENIZER) {
      Path source = source(name);
      if (source != null) {
        written.add(copy(source, folder.resolve(name)));
      }
    }
    if (written.isEmpty() && !parts.architecture().config().imageOnly()) {
      for (Map.Entry<String, byte[]> file : parts.tokenizer().files().entrySet()) {
        Path target = folder.resolve(file.getKey());
        AtomicFile.write(target, channel -> channel.write(ByteBuffer.wrap(file.getValue())));
        written.add(target);
      }
    }
    return written;
  }

  private @Nullable Path source(String name) {
    Path folder = parts.tokenizerFolder();
    if (folder != null && Files.isRegularFile(folder.resolve(name))) {
      return folder.resolve(name);
    }
    Map<String, Object> text = parts.architecture().config().text();
    return text.get("hf_tokenizer_name") instanceof String named && !named.isEmpty()
        ? hub.find(named, name)
        : null;
  }

  private static Path copy(Path from, Path to) {
    try {
      if (!(Files.exists(to) && Files.isSameFile(from, to))) {
        Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
      }
      return to;
    } catch (IOException e) {
      throw new OpenClipException(to + " cannot be written: " + e, e);
    }
  }
}

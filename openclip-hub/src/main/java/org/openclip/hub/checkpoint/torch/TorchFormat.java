package org.openclip.hub.checkpoint.torch;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Locale;
import org.openclip.api.spi.CheckpointFormatProvider;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.FileBytes;

/**
 * Reads PyTorch's checkpoints: zip archives of {@code torch.save} and of TorchScript, and the older
 * files without a zip. Training checkpoints yield the state dict of their model.
 */
public final class TorchFormat implements CheckpointFormatProvider {
  /** Creates the provider. */
  public TorchFormat() {}

  @Override
  public String name() {
    return "torch";
  }

  @Override
  public boolean accepts(Path file, ByteBuffer head) {
    return isZip(file, head) || LegacyFile.accepts(head);
  }

  private static boolean isZip(Path file, ByteBuffer head) {
    return head.remaining() >= 4
        && head.getInt(0) == 0x04034b50
        && !file.toString().toLowerCase(Locale.ROOT).endsWith(".npz");
  }

  @Override
  public Weights open(Path path) {
    return FileBytes.read(
        path,
        file -> {
          TorchFile torch =
              isZip(path, file.bytes(0, (int) Math.min(4, file.size())))
                  ? ZipFile.read(file)
                  : LegacyFile.read(file);
          return new StateDictTensors(file, torch).open();
        });
  }
}

package org.openclip.train.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.image.ColorMode;
import org.openclip.api.image.Image;
import org.openclip.api.model.ClipModel;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.OpenClip;
import org.openclip.hub.picture.PictureFiles;
import org.openclip.hub.remote.RemoteFiles;
import org.openclip.train.evaluation.LabelledFeatures;
import org.openclip.train.folder.LabelledFolder;
import org.openclip.train.shard.Members;
import org.openclip.train.shard.ShardList;
import org.openclip.train.shard.TarFiles;
import org.openclip.train.shard.WebDataset;
import org.openclip.train.table.CsvFile;

/**
 * Which images are converted to RGB before they are resized: those that the reference decodes by
 * webdataset's {@code pilrgb} and torchvision's {@code ImageFolder}, but not those of tables.
 */
class RgbFirstTest {
  @TempDir Path folder;

  private static byte[] withOpacity() throws IOException {
    BufferedImage image = new BufferedImage(90, 90, BufferedImage.TYPE_INT_ARGB);
    for (int i = 0; i < 8100; i++) {
      image.setRGB(i % 90, i / 90, 0x01010101 * (i % 256) + 0xff0000 * (i % 2));
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(image, "png", bytes);
    return bytes.toByteArray();
  }

  private static ColorMode mode(Sample sample) throws IOException {
    PictureFiles decoder = new PictureFiles(PluginRegistry.create());
    return sample.decode(decoder, sample.picture().read()).mode();
  }

  private static Sample first(Dataset dataset) {
    try (SampleStream samples = dataset.open(new Order(0, 0, 0, 1), new Faults())) {
      Sample sample = samples.next();
      assertThat(sample).isNotNull();
      return sample;
    }
  }

  @Test
  void imagesOfShardsAre() throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("0.png", withOpacity());
    files.put("0.txt", TarFiles.text("a cat"));
    String shard = TarFiles.write(folder.resolve("0.tar"), files).toString();
    WebDataset dataset =
        new WebDataset(
            ShardList.of(shard, null),
            false,
            false,
            1,
            OptionalLong.empty(),
            Members.USUAL,
            new RemoteFiles());

    assertThat(mode(first(dataset))).isEqualTo(ColorMode.RGB);
  }

  @Test
  void imagesOfClassFoldersAre() throws IOException {
    Path file = Files.createDirectories(folder.resolve("tree/cat")).resolve("0.png");
    Files.write(file, withOpacity());

    LabelledFolder tree = LabelledFolder.list(folder.resolve("tree"));
    assertThat(mode(first(tree.dataset(false)))).isEqualTo(ColorMode.RGB);
    try (ClipModel model = OpenClip.load("emoji-RN", "embedded")) {
      Image image = new PictureFiles(PluginRegistry.create()).read(file);
      assertThat(LabelledFeatures.of(model, tree, done -> {}).features().toArray())
          .isEqualTo(model.encodePictures(List.of(image.toRgb())).toArray())
          .isNotEqualTo(model.encodePictures(List.of(image)).toArray());
    }
  }

  @Test
  void imagesOfTablesAreNot() throws IOException {
    Path picture = Files.write(folder.resolve("0.png"), withOpacity());
    Path table =
        Files.writeString(folder.resolve("t.csv"), "filepath,title\n" + picture + ",cat\n");

    assertThat(mode(CsvFile.read(table, ',', "filepath", "title").getFirst()))
        .isEqualTo(ColorMode.RGBA);
  }
}

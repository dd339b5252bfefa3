package org.openclip.train.benchmark;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.CaptionOptions;
import org.openclip.api.model.Captioner;
import org.openclip.api.model.ClipModel;
import org.openclip.api.spi.CommandProvider.Environment;
import org.openclip.hub.cli.terminal.Progress;
import org.openclip.hub.picture.PictureFiles;
import org.openclip.hub.remote.RemoteFiles;
import org.openclip.train.benchmark.caption.CaptionScores;
import org.openclip.train.benchmark.data.BenchmarkData;
import org.openclip.train.benchmark.data.BenchmarkSamples;
import org.openclip.train.benchmark.data.ShardCache;

/**
 * Captions of a split, written by a model with the reference's default beam search, and measured.
 *
 * @param batch how many pictures are decoded and captioned together
 * @param shardCache the folder of shards from remote places; null for none
 */
record CaptionRun(BenchmarkData data, int batch, @Nullable Path shardCache) {
  /** Returns the metrics by name. */
  Map<String, Object> metrics(ClipModel model, Environment environment, RemoteFiles files) {
    Captioner captioner =
        model
            .captioner()
            .orElseThrow(
                () ->
                    new InvalidInputException(
                        model.name()
                            + " has no caption decoder; --task captioning needs a model that has"
                            + " one, such as coca_ViT-L-14"));
    if (data.kind() != BenchmarkData.Kind.RETRIEVAL) {
      throw new InvalidInputException(
          data.location()
              + " has no captions (a data set with captions has retrieval in dataset_type.txt); its"
              + " task is zeroshot_classification");
    }
    ShardCache cache = new ShardCache(shardCache);
    cache.prepare();
    PictureFiles decoder = new PictureFiles(environment.plugins());
    List<String> written = new ArrayList<>();
    List<List<String>> references = new ArrayList<>();
    try (BenchmarkSamples samples = new BenchmarkSamples(data, decoder, files, cache);
        Progress progress = Progress.start(environment, "pictures", -1)) {
      for (List<BenchmarkSamples.Sample> some = samples.next(batch);
          !some.isEmpty();
          some = samples.next(batch)) {
        some.forEach(sample -> references.add(captions(sample)));
        written.addAll(
            captioner.captionPictures(
                some.stream().map(BenchmarkSamples.Sample::picture).toList(),
                CaptionOptions.DEFAULT));
        progress.advance(some.size());
      }
    }
    if (written.isEmpty()) {
      throw new InvalidInputException(data.location() + " has no samples in its shards");
    }
    return CaptionScores.of(written, references);
  }

  private List<String> captions(BenchmarkSamples.Sample sample) {
    if (sample.captions().isEmpty()) {
      throw new InvalidInputException(
          "sample %s of %s has no captions to compare with"
              .formatted(sample.name(), data.location()));
    }
    return sample.captions();
  }
}

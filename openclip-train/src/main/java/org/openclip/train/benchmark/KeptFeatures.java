package org.openclip.train.benchmark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.openclip.api.OpenClipException;
import org.openclip.api.model.Embeddings;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.checkpoint.SafetensorsWriter;
import org.openclip.hub.checkpoint.WeightSource;
import org.openclip.train.benchmark.data.BenchmarkData;

/**
 * The features of a split in a file of {@code --feature_root}, so that a later linear probe embeds
 * no images. The file's name tells apart what the features depend on: the model and its weights,
 * the data, and how they are computed.
 *
 * @param file where they lie, or will lie
 */
record KeptFeatures(Path file) {
  private static final String FEATURES = "features";
  private static final String TARGETS = "targets";

  static KeptFeatures of(EvalRun run, BenchmarkData data, String split) {
    List<String> facts = new ArrayList<>(List.of(run.chosen().toString(), data.location(), split));
    facts.addAll(run.options().computing());
    facts.add(stamp(run.chosen().model().replaceFirst("^local-dir:", "")));
    facts.add(stamp(run.chosen().pretrained()));
    data.shards().forEach(shard -> facts.add(stamp(shard)));
    String name =
        (run.chosen().model() + "-" + run.chosen().pretrained() + "-" + run.dataset())
            .replaceAll("[^A-Za-z0-9._-]+", "_");
    return new KeptFeatures(
        run.options()
            .featureRoot
            .resolve(name)
            .resolve("%s-%s.safetensors".formatted(split, digest(facts))));
  }

  /** Returns the sizes and times of a file, or of the files of a folder; empty for other names. */
  private static String stamp(String place) {
    if (place.isEmpty() || place.contains("://")) {
      return "";
    }
    Path path = Path.of(place);
    if (!Files.exists(path)) {
      return "";
    }
    try (Stream<Path> files = Files.isDirectory(path) ? Files.list(path) : Stream.of(path)) {
      StringBuilder stamp = new StringBuilder();
      for (Path each : files.sorted().toList()) {
        stamp.append(each.getFileName()).append(' ').append(Files.size(each)).append(' ');
        stamp.append(Files.getLastModifiedTime(each)).append('\n');
      }
      return stamp.toString();
    } catch (IOException e) {
      throw new OpenClipException(place + " cannot be read: " + e, e);
    }
  }

  private static String digest(List<String> facts) {
    try {
      byte[] bytes = String.join("\0", facts).getBytes(StandardCharsets.UTF_8);
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes))
          .substring(0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Returns what the file contains; empty without a file. */
  Optional<ProbePart> read(PluginRegistry plugins) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try (Weights weights = Checkpoints.open(file, plugins)) {
      Tensor rows = weights.get(FEATURES);
      Embeddings features = Embeddings.of(Math.toIntExact(rows.shape()[1]), rows.toFloats());
      List<Integer> labels =
          Arrays.stream(weights.get(TARGETS).toLongs()).mapToObj(Math::toIntExact).toList();
      return Optional.of(new ProbePart(features, labels));
    }
  }

  /** Writes the file, which is complete or missing. */
  void write(ProbePart part) {
    Embeddings rows = part.rows();
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put(FEATURES, Tensor.of(rows.toArray(), rows.size(), rows.width()));
    int count = part.labels().size();
    tensors.put(
        TARGETS, Tensor.of(part.labels().stream().mapToLong(Integer::longValue).toArray(), count));
    try (Weights weights = Weights.of(tensors)) {
      Files.createDirectories(file.getParent());
      Path written = Files.createTempFile(file.getParent(), "features.", ".part");
      SafetensorsWriter.write(written, WeightSource.of(weights), Map.of());
      Files.move(
          written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new OpenClipException("the features " + file + " cannot be written: " + e, e);
    }
  }
}

package org.openclip.hub.export;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InterruptedCallException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.backend.ExportableModel;
import org.openclip.api.backend.ModelExporter;
import org.openclip.api.backend.Precision;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.Narrowing;
import org.openclip.api.image.PreprocessConfig;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Weights;
import org.openclip.api.text.Tokenizer;
import org.openclip.hub.io.AtomicFile;
import org.openclip.hub.io.JsonObjects;

/**
 * A model in another runtime's files, and beside them what else its use takes: how pictures are
 * preprocessed and texts tokenized, in {@code openclip.json}. That file is written last, so where
 * it is, the others are whole.
 */
public final class ModelExport {
  private static final String FACTS = "openclip.json";
  private static final String EXAMPLE = "a photo of a cat";

  /** The names under which hubs keep what tokenizers are made from. */
  private static final List<String> TOKENIZER_FILES =
      List.of(
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "vocab.json",
          "merges.txt",
          "vocab.txt",
          "sentencepiece.bpe.model",
          "spiece.model",
          "tokenizer.model");

  private final String name;
  private final Architecture architecture;
  private final PreprocessConfig preprocess;
  private final Precision precision;

  public ModelExport(
      String name, Architecture architecture, PreprocessConfig preprocess, Precision precision) {
    this.name = name;
    this.architecture = architecture;
    this.preprocess = preprocess;
    this.precision = precision;
  }

  /**
   * Returns what writes the files of a backend's runtime.
   *
   * @param backend the backend's name; null for the preferred one of those that have a file format
   * @throws InvalidInputException when the backend has none, or no backend has one
   */
  public static ModelExporter exporter(PluginRegistry registry, @Nullable String backend) {
    if (backend != null) {
      return registry
          .named(BackendProvider.class, backend)
          .exporter()
          .orElseThrow(
              () -> new InvalidInputException("backend " + backend + " cannot export models"));
    }
    return registry
        .first(BackendProvider.class, provider -> provider.exporter().isPresent())
        .orElseGet(() -> registry.preferred(BackendProvider.class))
        .exporter()
        .orElseThrow(() -> new InvalidInputException("no installed backend can export models"));
  }

  /**
   * Writes everything.
   *
   * @param tokenizer makes the model's tokenizer; a failure is a fact, too
   * @param source the model's folder, whose tokenizer files are copied; null when it has none
   * @return the files written, the facts last
   */
  public List<Path> write(
      Path folder,
      ModelExporter exporter,
      Weights weights,
      Supplier<Tokenizer> tokenizer,
      @Nullable Path source) {
    Graph image = Narrowing.of(architecture.imageGraph());
    Graph text = Narrowing.of(architecture.textGraph());
    Graph scores = architecture.scoreGraph();
    List<Path> written = new ArrayList<>();
    List<String> vocabulary = new ArrayList<>();
    try {
      Files.createDirectories(folder);
      Files.deleteIfExists(folder.resolve(FACTS));
      written.addAll(
          exporter.export(
              new ExportableModel(name, image, text, scores, weights, precision), folder));
      for (String file : TOKENIZER_FILES) {
        if (source != null && Files.isRegularFile(source.resolve(file))) {
          Path copy = folder.resolve(file);
          Files.copy(source.resolve(file), copy, StandardCopyOption.REPLACE_EXISTING);
          written.add(copy);
          vocabulary.add(file);
        }
      }
    } catch (IOException e) {
      InterruptedCallException.check("model " + name + " was exported", e);
      throw new OpenClipException(
          "model " + name + " cannot be exported into " + folder + ": " + e, e);
    }
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("name", name);
    facts.put("format", exporter.format());
    facts.put("precision", precision.toString());
    facts.put(
        "files", written.stream().map(file -> String.valueOf(folder.relativize(file))).toList());
    facts.put("programs", programs(image, text, scores));
    facts.put(
        "probabilities",
        architecture.config().initLogitBias() == null ? "softmax over texts" : "sigmoid of each");
    facts.put("preprocess_cfg", evaluated(preprocess).toJson());
    facts.put("tokenizer", tokenizer(tokenizer, vocabulary));
    facts.put("model_cfg", architecture.config().toJson());
    byte[] json = JsonObjects.write(facts).getBytes(StandardCharsets.UTF_8);
    Path file = folder.resolve(FACTS);
    AtomicFile.write(file, channel -> channel.write(ByteBuffer.wrap(json)));
    written.add(file);
    return List.copyOf(written);
  }

  /** Returns the preprocessing without what training alone draws. */
  private static PreprocessConfig evaluated(PreprocessConfig preprocess) {
    return preprocess.withResize(preprocess.interpolation().evaluated(), preprocess.resizeMode());
  }

  /** Returns inputs and outputs of every program, each with its shape. */
  private static Map<String, Object> programs(Graph image, Graph text, Graph scores) {
    Map<String, Object> programs = new LinkedHashMap<>();
    programs.put(ModelExporter.ENCODE_IMAGE, program(inputs(image), outputs(image)));
    programs.put(ModelExporter.ENCODE_TEXT, program(inputs(text), outputs(text)));
    Map<String, Object> both = new LinkedHashMap<>(inputs(image));
    both.putAll(inputs(text));
    programs.put(ModelExporter.CLASSIFY, program(both, outputs(scores)));
    return programs;
  }

  private static Map<String, Object> program(
      Map<String, Object> inputs, Map<String, Object> outputs) {
    Map<String, Object> program = new LinkedHashMap<>();
    program.put("inputs", inputs);
    program.put("outputs", outputs);
    return program;
  }

  private static Map<String, Object> inputs(Graph graph) {
    Map<String, Object> inputs = new LinkedHashMap<>();
    graph.inputs().forEach(input -> inputs.put(input.name(), input.type() + " " + input.shape()));
    return inputs;
  }

  private static Map<String, Object> outputs(Graph graph) {
    Map<String, Object> outputs = new LinkedHashMap<>();
    graph
        .outputs()
        .forEach((output, value) -> outputs.put(output, value.type() + " " + value.shape()));
    return outputs;
  }

  /** Returns what another implementation needs to agree with, and an example to prove it by. */
  private static Map<String, Object> tokenizer(Supplier<Tokenizer> maker, List<String> files) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("files", files);
    try {
      Tokenizer tokenizer = maker.get();
      facts.put("context_length", tokenizer.contextLength());
      facts.put("vocabulary_size", tokenizer.vocabularySize());
      facts.put("end_id", tokenizer.endId());
      facts.put("pad_id", tokenizer.padId());
      long[] tokens = tokenizer.tokenize(List.of(EXAMPLE)).row(0);
      Map<String, Object> example = new LinkedHashMap<>();
      example.put("text", EXAMPLE);
      example.put("tokens", Arrays.stream(tokens).boxed().toList());
      facts.put("example", example);
    } catch (OpenClipException e) {
      facts.put("unknown", e.getMessage());
    }
    return facts;
  }
}

package org.openclip.hub.generative;

import java.util.Arrays;
import java.util.Map;
import org.openclip.api.InvalidInputException;
import org.openclip.api.backend.Program;
import org.openclip.api.encoder.GenerativeEncoder;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.Incremental;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.CaptionOptions;
import org.openclip.api.model.CaptionOptions.SpecialIds;
import org.openclip.api.model.GenerativeArchitecture;
import org.openclip.api.tensor.Tensor;
import org.openclip.api.text.Tokenizer;
import org.openclip.hub.caption.CaptionSearch;
import org.openclip.hub.caption.Continuation;
import org.openclip.hub.caption.LogProbabilities;
import org.openclip.hub.caption.RunningDecoder;
import org.openclip.hub.caption.StepPrograms;
import org.openclip.hub.caption.SteppingDecoder;

/** Writes texts token by token. Thread-safe. */
abstract sealed class TextWriter {
  private static final int BATCH = 64;

  private final GenerativeEncoder encoder;

  private TextWriter(GenerativeEncoder encoder) {
    this.encoder = encoder;
  }

  /** Compiles what writes: each step computes one token, where the graph allows it. */
  static TextWriter of(GenerativeArchitecture architecture, Programs programs) {
    Graph graph = architecture.captionGraph();
    GenerativeEncoder encoder = architecture.encoder();
    return Incremental.of(graph, Architecture.TOKENS)
        .<TextWriter>map(
            steps ->
                new Stepping(
                    encoder,
                    new StepPrograms(
                        steps.once().outputs().isEmpty() ? null : programs.of(steps.once()),
                        programs.of(steps.step()),
                        steps.caches())))
        .orElseGet(() -> new Whole(encoder, programs.of(graph)));
  }

  /**
   * Writes a text.
   *
   * @param prefix the inputs of one image or sound
   * @param number of the image or sound among all; chance depends on it
   */
  long[] write(Map<String, Tensor> prefix, CaptionOptions options, SpecialIds ids, long number) {
    if (options.maxLength() > encoder.contextLength()) {
      throw new InvalidInputException(
          "the maximum caption length is %s tokens, but the model's context length is %s"
              .formatted(options.maxLength(), encoder.contextLength()));
    }
    for (long id : new long[] {ids.start(), ids.end(), ids.pad()}) {
      if (id < 0 || id >= encoder.vocabularySize()) {
        throw new InvalidInputException(
            "%s contains the token ID %s, but the model's token IDs are from 0 to %s"
                .formatted(ids, id, encoder.vocabularySize() - 1));
      }
    }
    Continuation model = about(prefix);
    // Of CoCa, beams are ranked by logits, as its published captions were. Here no such exist.
    boolean ranked = options.search() instanceof CaptionOptions.Beams;
    return CaptionSearch.of(options, ids)
        .search(ranked ? new LogProbabilities(model) : model, 1, number)[0];
  }

  abstract Continuation about(Map<String, Tensor> prefix);

  /** Returns the text of ids, without start, end and padding. */
  static String text(long[] ids, Tokenizer tokenizer) {
    int[] inner =
        Arrays.stream(ids)
            .skip(1)
            .takeWhile(id -> id != tokenizer.endId() && id != tokenizer.padId())
            .mapToInt(Math::toIntExact)
            .toArray();
    return tokenizer.decode(inner).strip();
  }

  /** Keeps keys and values. */
  private static final class Stepping extends TextWriter {
    private final StepPrograms programs;

    Stepping(GenerativeEncoder encoder, StepPrograms programs) {
      super(encoder);
      this.programs = programs;
    }

    @Override
    Continuation about(Map<String, Tensor> prefix) {
      return new SteppingDecoder(programs, prefix, BATCH);
    }
  }

  /** Computes all tokens again for each. */
  private static final class Whole extends TextWriter {
    private final Program program;

    Whole(GenerativeEncoder encoder, Program program) {
      super(encoder);
      this.program = program;
    }

    @Override
    Continuation about(Map<String, Tensor> prefix) {
      return new RunningDecoder(program, prefix, BATCH);
    }
  }
}

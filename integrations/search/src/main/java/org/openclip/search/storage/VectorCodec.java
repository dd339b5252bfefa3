package org.openclip.search.storage;

import java.io.IOException;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.codecs.lucene104.Lucene104HnswScalarQuantizedVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.util.quantization.QuantizedByteVectorValues.ScalarEncoding;
import org.openclip.search.facts.IndexFacts;
import org.openclip.search.facts.Quantization;

/**
 * Lucene's own codec with vectors as an index wants them. It writes under the names of Lucene's
 * formats, so whatever reads Lucene's indexes reads these.
 */
public final class VectorCodec extends Lucene104Codec {
  /** Neighbours of a picture in the graph, and candidates while it is built: Lucene's defaults. */
  private static final int CONNECTIONS = 16;

  private static final int CANDIDATES = 100;

  private final KnnVectorsFormat format;

  public VectorCodec(Quantization quantization) {
    format =
        new Wide(
            switch (quantization) {
              case INT8 -> quantized(ScalarEncoding.UNSIGNED_BYTE);
              case BINARY -> quantized(ScalarEncoding.SINGLE_BIT_QUERY_NIBBLE);
              case NONE -> new Lucene99HnswVectorsFormat(CONNECTIONS, CANDIDATES);
            });
  }

  private static KnnVectorsFormat quantized(ScalarEncoding encoding) {
    return new Lucene104HnswScalarQuantizedVectorsFormat(encoding, CONNECTIONS, CANDIDATES);
  }

  @Override
  public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
    return format;
  }

  /**
   * A format for vectors of more than 1,024 numbers, which Lucene's formats store as well as others
   * and are only told not to.
   */
  private static final class Wide extends KnnVectorsFormat {
    private final KnnVectorsFormat format;

    Wide(KnnVectorsFormat format) {
      super(format.getName());
      this.format = format;
    }

    @Override
    public KnnVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
      return format.fieldsWriter(state);
    }

    @Override
    public KnnVectorsReader fieldsReader(SegmentReadState state) throws IOException {
      return format.fieldsReader(state);
    }

    @Override
    public int getMaxDimensions(String field) {
      return IndexFacts.MOST_DIMENSIONS;
    }
  }
}

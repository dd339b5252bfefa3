package org.openclip.api.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openclip.api.tensor.DataType;

/** Graphs that are written anew. */
class GraphCopyTest {
  private static final int DOUBLINGS = 64;

  /** Each value is read twice, so that there are 2^64 ways through the graph. */
  @Test
  @Timeout(value = 1, unit = TimeUnit.MINUTES)
  void whatIsReadTwiceIsCopiedOnce() {
    GraphBuilder g = new GraphBuilder("doublings");
    Value value = g.input("x", DataType.FLOAT32, Dim.BATCH);
    for (int i = 0; i < DOUBLINGS; i++) {
      value = g.plus(value, value);
    }
    g.output("y", value);
    Graph graph = g.build();

    GraphCopy copy = new GraphCopy(graph);
    copy.copyAll(value);

    assertThat(copy.finish().nodes()).hasSameSizeAs(graph.nodes());
  }
}

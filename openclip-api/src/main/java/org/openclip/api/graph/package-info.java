/**
 * Defines graphs, which describe the computation of a model.
 *
 * <p>A {@link org.openclip.api.graph.Graph} is an immutable list of operators over named inputs and
 * parameters. A {@link org.openclip.api.graph.GraphBuilder} builds a graph and checks the shapes
 * while it is built. {@link org.openclip.api.graph.Layers} has the usual layers with their
 * parameters. The operators are a closed set of records under {@link org.openclip.api.graph.Op},
 * which every backend can run.
 *
 * <pre>{@code
 * GraphBuilder graph = new GraphBuilder("example");
 * Value input = graph.input("features", DataType.FLOAT32, Dim.BATCH, Dim.of(512));
 * Value hidden = Layers.linear(graph.scope("mlp"), "fc", input, 1024); // mlp.fc.weight, mlp.fc.bias
 * graph.output("result", graph.gelu(hidden, NeuralOp.GeluForm.ERF)); // [batch, 1024]
 * Graph result = graph.build();
 * }</pre>
 */
@NullMarked
package org.openclip.api.graph;

import org.jspecify.annotations.NullMarked;

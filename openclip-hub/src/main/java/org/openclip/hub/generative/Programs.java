package org.openclip.hub.generative;

import org.openclip.api.backend.Backend;
import org.openclip.api.backend.Program;
import org.openclip.api.graph.Graph;
import org.openclip.api.tensor.Weights;
import org.openclip.hub.runtime.Resources;

/**
 * Compiles graphs of one model.
 *
 * @param backend that runs them
 * @param weights of the model
 * @param resources closes the programs
 */
record Programs(Backend backend, Weights weights, Resources resources) {
  Program of(Graph graph) {
    Program program = backend.compile(graph, weights);
    resources.closeLater(program::close);
    return program;
  }
}

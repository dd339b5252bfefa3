package org.openclip.api.graph;

/**
 * One step of a graph.
 *
 * @param value the result
 * @param op the operator with its inputs
 */
public record Node(Value value, Op op) {}

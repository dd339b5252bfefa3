/**
 * The graph that an architecture writes and a backend runs: typed nodes over named parameters, with
 * shapes checked while it is built.
 */
@NullMarked
package org.openclip.api.graph;

import org.jspecify.annotations.NullMarked;

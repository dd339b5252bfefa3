/**
 * Defines backends, which run graphs.
 *
 * <p>A {@link org.openclip.api.backend.Backend} compiles a graph and its weights into a {@link
 * org.openclip.api.backend.Program}. A backend is a plugin: ONNX Runtime is named {@code onnx},
 * TensorFlow {@code tf}. {@link org.openclip.api.backend.BackendOptions} chooses the device, the
 * precision and the number of threads. Backends and programs own native memory and must be closed.
 *
 * <pre>{@code
 * BackendProvider provider = PluginRegistry.create().named(BackendProvider.class, "onnx");
 * try (Backend backend = provider.open(BackendOptions.DEFAULT.withThreads(2));
 *     Program program = backend.compile(graph, weights)) {
 *   Map<String, Tensor> outputs = program.run(Map.of("pixels", pixels));
 * }
 * }</pre>
 */
@NullMarked
package org.openclip.api.backend;

import org.jspecify.annotations.NullMarked;

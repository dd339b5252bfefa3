/**
 * Defines the interfaces of plugins, and the registry that finds them.
 *
 * <p>A plugin implements a subinterface of {@link org.openclip.api.spi.Provider} and is found by
 * {@link java.util.ServiceLoader}: name it in {@code module-info.java} ({@code provides … with …})
 * or in {@code META-INF/services}. There are plugins for architectures, model catalogues,
 * tokenizers, image formats, checkpoint formats, model locations, backends, losses, optimizers and
 * commands. {@link org.openclip.api.spi.PluginRegistry} returns the providers of a kind.
 *
 * <pre>{@code
 * PluginRegistry plugins = PluginRegistry.create();
 * for (ModelCatalogueProvider catalogue : plugins.all(ModelCatalogueProvider.class)) {
 *   System.out.println(catalogue.name() + ": " + catalogue.models());
 * }
 * LossProvider loss = plugins.named(LossProvider.class, "siglip");
 * }</pre>
 */
@NullMarked
package org.openclip.api.spi;

import org.jspecify.annotations.NullMarked;

package org.openclip.hub.guice;

import com.google.inject.AbstractModule;
import com.google.inject.Provider;
import com.google.inject.Singleton;
import org.openclip.api.model.ClipModel;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.ModelBuilder;

/**
 * A Guice module that binds a {@link ClipModel}, which is loaded once when it is first needed. It
 * also binds the {@link PluginRegistry} and the {@link ModelCloser}, which the application must
 * close at its end.
 *
 * <p>In Guice's production stage the model is loaded when the injector is created. For several
 * models, install this in a private module for each and expose the model under an annotation.
 */
public final class OpenClipModule extends AbstractModule {
  private final ModelBuilder model;

  private OpenClipModule(ModelBuilder model) {
    this.model = model;
  }

  /**
   * Creates a module for one model.
   *
   * @param model the builder of the model; do not change it afterwards
   */
  public static OpenClipModule create(ModelBuilder model) {
    return new OpenClipModule(model);
  }

  @Override
  protected void configure() {
    ModelCloser closer = new ModelCloser();
    Provider<ClipModel> loading = () -> closer.keep(model.load());
    bind(ModelCloser.class).toInstance(closer);
    bind(PluginRegistry.class).toInstance(model.registry());
    bind(ClipModel.class).toProvider(loading).in(Singleton.class);
  }
}

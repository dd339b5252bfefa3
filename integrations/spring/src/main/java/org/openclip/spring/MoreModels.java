package org.openclip.spring;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.ClipModel;
import org.springframework.ai.embedding.DocumentEmbeddingModel;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.support.AutowireCandidateQualifier;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;
import org.springframework.core.type.AnnotationMetadata;

/**
 * The beans of further models, {@code spring.ai.openclip.more.NAME.*}: a {@link ClipModel}, an
 * {@link EmbeddingModel} and a {@link DocumentEmbeddingModel} with the qualifier NAME. They are
 * injected by it alone, so the first model stays the one without.
 */
final class MoreModels implements ImportBeanDefinitionRegistrar {
  private final Environment environment;
  private final BeanFactory beans;
  private final ResourceLoader resources;

  MoreModels(Environment environment, BeanFactory beans, ResourceLoader resources) {
    this.environment = environment;
    this.beans = beans;
    this.resources = resources;
  }

  @Override
  public void registerBeanDefinitions(
      AnnotationMetadata importing, BeanDefinitionRegistry registry) {
    Binder.get(environment)
        .bind(ModelSettings.PREFIX + ".more", Bindable.mapOf(String.class, ModelSettings.class))
        .orElse(Map.of())
        .forEach((name, settings) -> register(name, settings, registry));
  }

  private void register(String name, ModelSettings settings, BeanDefinitionRegistry registry) {
    if (settings.model() == null) {
      throw new InvalidInputException(
          "the property " + ModelSettings.PREFIX + ".more." + name + ".model is not set");
    }
    String clip = name + "ClipModel";
    RootBeanDefinition model = add(name, clip, ClipModel.class, settings::load, registry);
    model.setDestroyMethodName("close");
    Supplier<ClipEncoder> encoder =
        () -> encoder(beans.getBean(clip, ClipModel.class), settings, beans, resources);
    add(
        name,
        name + "EmbeddingModel",
        EmbeddingModel.class,
        () -> new OpenClipEmbeddingModel(encoder.get()),
        registry);
    add(
        name,
        name + "DocumentEmbeddingModel",
        DocumentEmbeddingModel.class,
        () -> new OpenClipDocumentEmbeddingModel(encoder.get()),
        registry);
  }

  private static <T> RootBeanDefinition add(
      String qualifier,
      String bean,
      Class<T> type,
      Supplier<T> supplier,
      BeanDefinitionRegistry registry) {
    RootBeanDefinition definition = new RootBeanDefinition(type, supplier);
    definition.setDefaultCandidate(false);
    definition.addQualifier(new AutowireCandidateQualifier(Qualifier.class, qualifier));
    registry.registerBeanDefinition(bean, definition);
    return definition;
  }

  static ClipEncoder encoder(
      ClipModel model, ModelSettings settings, BeanFactory beans, ResourceLoader resources) {
    List<String> locations = settings.pictureLocations();
    ClipEncoder.Builder builder =
        ClipEncoder.builder(model)
            .resourceLoader(resources)
            .pictureLocations(locations == null ? List.of() : locations);
    beans.getBeanProvider(ObservationRegistry.class).ifUnique(builder::observationRegistry);
    beans.getBeanProvider(MeterRegistry.class).ifUnique(builder::meterRegistry);
    return builder.build();
  }
}

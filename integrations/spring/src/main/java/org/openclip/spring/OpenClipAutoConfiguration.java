package org.openclip.spring;

import java.util.Map;
import org.openclip.api.model.ClipModel;
import org.springframework.ai.embedding.DocumentEmbeddingModel;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.model.SpringAIModelProperties;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.io.ResourceLoader;

/**
 * The beans of the models that properties name: the first, {@code spring.ai.openclip.*}, and
 * further ones, {@code spring.ai.openclip.more.NAME.*}. A {@link ClipModel} of the program's own
 * takes the place of the first. Models are loaded while the context starts, and closed after
 * everything that uses them.
 */
@AutoConfiguration(
    afterName = {
      "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration",
      "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration"
    },
    beforeName =
        "org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration")
@ConditionalOnBooleanProperty(
    prefix = ModelSettings.PREFIX,
    name = "enabled",
    matchIfMissing = true)
@EnableConfigurationProperties(ModelSettings.class)
@Import(MoreModels.class)
public final class OpenClipAutoConfiguration {
  /** What Spring AI's properties, which choose among several kinds of models, call these. */
  static final String PROVIDER = "openclip";

  /** Creates the configuration, as Spring does. */
  public OpenClipAutoConfiguration() {}

  @Bean(destroyMethod = "close")
  @ConditionalOnMissingBean
  ClipModel openClipModel(ModelSettings settings) {
    return settings.load();
  }

  @Bean
  @ConditionalOnMissingBean
  ClipEncoder openClipEncoder(
      ClipModel model, ModelSettings settings, BeanFactory beans, ResourceLoader resources) {
    return MoreModels.encoder(model, settings, beans, resources);
  }

  @Bean
  @ConditionalOnMissingBean
  @ConditionalOnProperty(
      name = SpringAIModelProperties.EMBEDDING_MODEL,
      havingValue = PROVIDER,
      matchIfMissing = true)
  EmbeddingModel openClipEmbeddingModel(ClipEncoder encoder) {
    return new OpenClipEmbeddingModel(encoder);
  }

  @Bean
  @ConditionalOnMissingBean
  @ConditionalOnProperty(
      name = SpringAIModelProperties.MULTI_MODAL_EMBEDDING_MODEL,
      havingValue = PROVIDER,
      matchIfMissing = true)
  DocumentEmbeddingModel openClipDocumentEmbeddingModel(ClipEncoder encoder) {
    return new OpenClipDocumentEmbeddingModel(encoder);
  }

  /** The health of all models, where Spring Boot's health is on the path. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(HealthIndicator.class)
  static class HealthConfiguration {
    @Bean
    @ConditionalOnEnabledHealthIndicator(PROVIDER)
    @ConditionalOnMissingBean(name = "openclipHealthIndicator")
    HealthIndicator openclipHealthIndicator(ListableBeanFactory beans) {
      return new OpenClipHealthIndicator(() -> Map.copyOf(beans.getBeansOfType(ClipModel.class)));
    }
  }
}

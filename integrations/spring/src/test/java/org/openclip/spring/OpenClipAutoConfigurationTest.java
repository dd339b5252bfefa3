package org.openclip.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.InvalidInputException;
import org.openclip.api.model.ClipModel;
import org.openclip.hub.OpenClip;
import org.springframework.ai.embedding.DocumentEmbeddingModel;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The beans that properties make. */
class OpenClipAutoConfigurationTest {
  private static final String[] EMBEDDED = {
    "spring.ai.openclip.model=emoji-RN",
    "spring.ai.openclip.pretrained=embedded",
    "spring.ai.openclip.threads=1",
    "spring.ai.openclip.batch-size=4"
  };

  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withConfiguration(AutoConfigurations.of(OpenClipAutoConfiguration.class));

  @TempDir Path folder;

  @Test
  void propertiesMakeTheModels() {
    runner
        .withPropertyValues(EMBEDDED)
        .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
        .run(
            context -> {
              ClipModel clip = context.getBean(ClipModel.class);
              EmbeddingModel texts = context.getBean(EmbeddingModel.class);

              assertThat(clip.backend()).contains("1 thread");
              assertThat(texts.dimensions()).isEqualTo(192);
              assertThat(context.getBean(DocumentEmbeddingModel.class).dimensions()).isEqualTo(192);
              assertThat(texts.embed("red heart"))
                  .isEqualTo(clip.encodeTexts(List.of("red heart")).normalised().row(0));
              MeterRegistry meters = context.getBean(MeterRegistry.class);
              assertThat(
                      meters
                          .get("openclip.encoded")
                          .tags("model", "emoji-RN", "kind", "text")
                          .counter()
                          .count())
                  .isEqualTo(1);
              assertThat(meters.get("openclip.encode").tag("kind", "text").timer().count())
                  .isEqualTo(1);
            });
  }

  @Test
  void withoutAModelTheErrorNamesTheProperty() {
    runner.run(
        context ->
            assertThat(context)
                .getFailure()
                .rootCause()
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("spring.ai.openclip.model is not set")
                .hasMessageContaining("spring.ai.openclip.enabled=false"));
  }

  @Test
  void nothingIsLoadedWhenItIsSwitchedOff() {
    runner
        .withPropertyValues("spring.ai.openclip.enabled=false")
        .run(context -> assertThat(context).doesNotHaveBean(ClipModel.class));
  }

  @Test
  void anotherKindOfModelCanBeChosenForTexts() {
    runner
        .withPropertyValues(EMBEDDED)
        .withPropertyValues("spring.ai.model.embedding=another")
        .run(
            context -> {
              assertThat(context).doesNotHaveBean(EmbeddingModel.class);
              assertThat(context).hasSingleBean(DocumentEmbeddingModel.class);
            });
  }

  @Test
  void aModelOfTheProgramTakesThePlace() {
    runner
        .withBean("own", ClipModel.class, OpenClip::load)
        .run(
            context -> {
              assertThat(context).hasSingleBean(ClipModel.class).hasBean("own");
              assertThat(context.getBean(EmbeddingModel.class).embed("pizza")).hasSize(192);
            });
  }

  @Test
  void twoModelsLiveInOneContext() {
    OpenClip.model("emoji-RN").pretrained("embedded").save(folder);
    runner
        .withPropertyValues(EMBEDDED)
        .withPropertyValues("spring.ai.openclip.more.saved.model=local-dir:" + folder)
        .withUserConfiguration(TwoModels.class)
        .run(
            context -> {
              TwoModels.Both both = context.getBean(TwoModels.Both.class);

              assertThat(both.saved()).isNotSameAs(both.first());
              assertThat(both.savedClip().name()).isEqualTo("local-dir:" + folder);
              assertThat(both.firstClip().name()).isEqualTo("emoji-RN");
              assertThat(both.saved().embed("pizza")).hasSameSizeAs(both.first().embed("pizza"));
              Health health = context.getBean(HealthIndicator.class).health();
              assertThat(health.getDetails()).containsOnlyKeys("openClipModel", "savedClipModel");
            });
  }

  @Test
  void aFurtherModelNeedsAName() {
    runner
        .withPropertyValues(EMBEDDED)
        .withPropertyValues("spring.ai.openclip.more.big.threads=1")
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .hasMessage("the property spring.ai.openclip.more.big.model is not set"));
  }

  @Test
  void healthIsDownWhenAModelDoesNotAnswer() {
    runner
        .withPropertyValues(EMBEDDED)
        .run(
            context -> {
              HealthIndicator indicator = context.getBean(HealthIndicator.class);
              assertThat(indicator.health().getStatus()).isEqualTo(Status.UP);
              assertThat(indicator.health().getDetails().get("openClipModel").toString())
                  .contains("emoji-RN")
                  .contains("192");

              context.getBean(ClipModel.class).close();
              assertThat(indicator.health().getStatus()).isEqualTo(Status.DOWN);
            });
  }

  @Test
  void healthCanBeSwitchedOffAndMayBeMissing() {
    runner
        .withPropertyValues(EMBEDDED)
        .withPropertyValues("management.health.openclip.enabled=false")
        .run(context -> assertThat(context).doesNotHaveBean(HealthIndicator.class));
    runner
        .withPropertyValues(EMBEDDED)
        .withClassLoader(new FilteredClassLoader("org.springframework.boot.health"))
        .run(context -> assertThat(context).hasSingleBean(EmbeddingModel.class));
  }

  /** A program with two models. */
  @Configuration(proxyBeanMethods = false)
  static class TwoModels {
    record Both(
        EmbeddingModel first, EmbeddingModel saved, ClipModel firstClip, ClipModel savedClip) {}

    @Bean
    Both both(
        EmbeddingModel first,
        @Qualifier("saved") EmbeddingModel saved,
        ClipModel firstClip,
        @Qualifier("saved") ClipModel savedClip) {
      return new Both(first, saved, firstClip, savedClip);
    }
  }
}

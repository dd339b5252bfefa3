package org.openclip.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.openclip.api.ClosedException;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The order in which a context ends. */
class ClosingContextTest {
  private static final int TEXTS = 3000;

  /** A program whose workers call the model, and are waited for when the context stops. */
  @Configuration(proxyBeanMethods = false)
  @ImportAutoConfiguration(OpenClipAutoConfiguration.class)
  static class Program {
    @Bean
    Workers workers(EmbeddingModel model) {
      return new Workers(model);
    }
  }

  /**
   * Workers as a server has them: when they stop, they take nothing new and finish what they do.
   */
  static final class Workers implements SmartLifecycle {
    final CountDownLatch working = new CountDownLatch(4);
    List<Future<Integer>> results = List.of();
    private final ExecutorService threads = Executors.newFixedThreadPool(4);
    private final EmbeddingModel model;

    Workers(EmbeddingModel model) {
      this.model = model;
    }

    @Override
    public void start() {
      List<String> texts = IntStream.range(0, TEXTS).mapToObj(i -> "a cat " + i).toList();
      results =
          IntStream.range(0, 4)
              .mapToObj(
                  i ->
                      threads.submit(
                          () -> {
                            working.countDown();
                            return model.embed(texts).size();
                          }))
              .toList();
    }

    @Override
    public void stop() {
      threads.shutdown();
      try {
        threads.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public boolean isRunning() {
      return !results.isEmpty() && !threads.isShutdown();
    }
  }

  @Test
  void noCallIsLostAndNothingStaysOpen() throws Exception {
    ConfigurableApplicationContext context =
        new SpringApplicationBuilder(Program.class)
            .web(WebApplicationType.NONE)
            .properties(
                "spring.ai.openclip.model=emoji-RN",
                "spring.ai.openclip.pretrained=embedded",
                "spring.main.banner-mode=off")
            .run();
    Workers workers = context.getBean(Workers.class);
    EmbeddingModel model = context.getBean(EmbeddingModel.class);
    assertThat(workers.working.await(1, TimeUnit.MINUTES)).isTrue();

    context.close();

    for (Future<Integer> result : workers.results) {
      assertThat(result.isDone()).isTrue();
      assertThat(result.get()).isEqualTo(TEXTS);
    }
    assertThatThrownBy(() -> model.embed("late")).isInstanceOf(ClosedException.class);
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .noneMatch(name -> name.startsWith("openclip"));
  }

  @Test
  void aCallThatNobodyWaitsForIsFinishedByTheModelsOwnClosing() throws Exception {
    ConfigurableApplicationContext context =
        new SpringApplicationBuilder(Quiet.class)
            .web(WebApplicationType.NONE)
            .properties(
                "spring.ai.openclip.model=emoji-RN",
                "spring.ai.openclip.pretrained=embedded",
                "spring.main.banner-mode=off")
            .run();
    EmbeddingModel model = context.getBean(EmbeddingModel.class);
    List<String> texts = IntStream.range(0, TEXTS).mapToObj(i -> "a dog " + i).toList();
    CountDownLatch begun = new CountDownLatch(1);
    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
      Future<Integer> result =
          thread.submit(
              () -> {
                begun.countDown();
                return model.embed(texts).size();
              });
      begun.await();
      Thread.sleep(50);

      context.close();

      assertThat(result.get(1, TimeUnit.MINUTES)).isEqualTo(TEXTS);
    }
  }

  /** A program without workers. */
  @Configuration(proxyBeanMethods = false)
  @ImportAutoConfiguration(OpenClipAutoConfiguration.class)
  static class Quiet {}
}

package org.openclip.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.encoder.EncoderContext;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.spi.Provider;
import org.openclip.api.tensor.Weights;

/**
 * What every tower must do, of pictures or of texts.
 *
 * @param <P> the kind of plugin
 * @param <E> what it creates
 */
public abstract class EncoderContract<P extends Provider, E> {
  static final double TOLERANCE = 1e-6;

  private final Class<P> kind;
  private final String scope;

  EncoderContract(Class<P> kind, String scope) {
    this.kind = kind;
    this.scope = scope;
  }

  /** Returns the provider under test. */
  protected abstract P provider();

  /** Returns the configuration of a small tower: its {@code vision_cfg} or {@code text_cfg}. */
  protected abstract Map<String, Object> config();

  /** Returns the width of the joint embedding. */
  protected int embedDim() {
    return 8;
  }

  /** Returns the tower of a configuration, with the {@link #embedDim}. */
  abstract E encoder(Map<String, Object> config);

  /** Returns the size of what a tower reads. */
  abstract int size(E encoder);

  /** Returns the tower's graph with weights. */
  abstract Tower tower();

  /** Returns weights that a tower has made its own. */
  abstract Weights fit(E encoder, Weights weights, String prefix);

  final E encoder() {
    return encoder(config());
  }

  final EncoderContext context(Map<String, Object> config, boolean text) {
    return new EncoderContext(config, embedDim(), false, text);
  }

  @Test
  void isFoundByItsName() {
    assertThat(PluginRegistry.create().named(kind, provider().name())).hasSameClassAs(provider());
  }

  @Test
  void mayBeChosenByTheKeyEncoder() {
    Map<String, Object> named = new LinkedHashMap<>(config());
    named.put("encoder", provider().name());

    assertThat(size(encoder(named))).isEqualTo(size(encoder()));
  }

  @Test
  void refusesAnUnknownKeyByItsName() {
    Map<String, Object> config = new LinkedHashMap<>(config());
    config.put("no_such_option", 1);

    assertThatThrownBy(() -> encoder(config))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("no_such_option");
  }

  @Test
  void writesTheSameTowerEveryTime() {
    assertThat(tower().graph().nodes()).hasToString(tower().graph().nodes().toString());
  }

  @Test
  void namesEveryParameterUnderItsScope() {
    assertThat(tower().graph().parameters())
        .isNotEmpty()
        .allMatch(parameter -> parameter.name().startsWith(scope + "."));
  }

  @Test
  void weightsOfItsOwnSizeFitAsTheyAre() {
    Weights weights = tower().weights();

    Weights fitted = fit(encoder(), weights, scope + ".");

    assertThat(fitted.names()).containsExactlyInAnyOrderElementsOf(weights.names());
    for (String name : weights.names()) {
      assertThat(Array.of(fitted.get(name)).data()).isEqualTo(Array.of(weights.get(name)).data());
    }
  }
}

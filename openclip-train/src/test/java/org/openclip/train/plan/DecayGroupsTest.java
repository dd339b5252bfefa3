package org.openclip.train.plan;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.openclip.api.config.ModelConfig;
import org.openclip.api.graph.LeafOp.Parameter;
import org.openclip.api.model.Architecture;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.testkit.Fixtures;

/** Tokens and tables of positions that the reference trains without weight decay. */
class DecayGroupsTest {
  private static final PluginRegistry PLUGINS = PluginRegistry.create();

  static Stream<Arguments> models() throws IOException {
    Map<String, Object> fixture =
        JSON.std.mapFrom(Files.readAllBytes(Fixtures.path("naflex").resolve("converted.json")));
    List<Arguments> models = new ArrayList<>();
    for (Object each : (List<?>) value(fixture, "cases")) {
      ModelConfig plain = config(each);
      ModelConfig converted = Architecture.naflex(plain, PLUGINS);
      String name = value(each, "name").toString();
      models.add(Arguments.of(name, plain, value(each, "undecayed")));
      models.add(Arguments.of(name + " converted", converted, value(each, "undecayed_converted")));
    }
    ((Map<?, ?>) value(fixture, "undecayed_naflex"))
        .forEach(
            (name, each) -> models.add(Arguments.of(name, config(each), value(each, "undecayed"))));
    return models.stream();
  }

  private static Object value(Object json, String key) {
    return Objects.requireNonNull(((Map<?, ?>) json).get(key), key);
  }

  @SuppressWarnings("unchecked")
  private static ModelConfig config(Object each) {
    return ModelConfig.of((Map<String, Object>) value(each, "model_cfg"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("models")
  void tokensAndPositionsDoNotDecay(String name, ModelConfig config, List<String> expected) {
    List<String> undecayed =
        Architecture.of(config, PLUGINS).parameters().values().stream()
            .filter(parameter -> parameter.shape().rank() >= 2 && !DecayGroups.decays(parameter))
            .map(Parameter::name)
            .toList();

    assertThat(undecayed).as(name).containsExactlyInAnyOrderElementsOf(expected);
  }
}

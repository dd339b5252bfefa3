package org.openclip.models.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.openclip.api.config.PretrainedTag;
import org.openclip.api.image.PreprocessConfig;

/** The table of pretrained weights says what the reference's says, in its order. */
class PretrainedTableTest {
  private static final Path REFERENCE = Path.of(System.getProperty("openclip.reference"));

  @Test
  void theTwoHundredPairsOfTheReference() throws IOException {
    List<Map<String, Object>> expected = new ArrayList<>();
    JSON.std
        .mapFrom(Files.readString(REFERENCE.resolve("pretrained.json")))
        .forEach(
            (model, tags) ->
                map(tags).forEach((tag, facts) -> expected.add(fact(model, tag, map(facts)))));

    List<Map<String, Object>> actual = new ArrayList<>();
    for (PretrainedTag tag : new OpenClipCatalogue().pretrained()) {
      actual.add(fact(tag));
    }

    assertThat(expected).hasSize(200);
    assertThat(actual).containsExactlyElementsOf(expected);
  }

  @Test
  void everyPreprocessingIsReadable() {
    for (PretrainedTag tag : new OpenClipCatalogue().pretrained()) {
      assertThat(PreprocessConfig.of(tag.preprocess()).mean()).hasSize(3);
    }
  }

  private static Map<String, Object> fact(String model, String tag, Map<String, Object> facts) {
    Map<String, Object> fact = new LinkedHashMap<>();
    fact.put("model", model);
    fact.put("tag", tag);
    fact.put("hf_hub", facts.get("hf_hub").toString().replaceAll("/$", ""));
    fact.put("url", facts.get("url"));
    fact.put("quick_gelu", facts.containsKey("quick_gelu"));
    for (String key : List.of("mean", "std", "interpolation", "resize_mode")) {
      fact.put(key, facts.get(key));
    }
    return fact;
  }

  private static Map<String, Object> fact(PretrainedTag tag) {
    Map<String, Object> facts = new LinkedHashMap<>(tag.preprocess());
    facts.put("hf_hub", tag.locations().get(0).replace("hf-hub:", ""));
    facts.put("url", "");
    if (tag.locations().size() > 1) {
      String[] url = tag.locations().get(1).split("#sha256=", -1);
      facts.put("url", url[0]);
      if (url.length > 1) {
        assertThat(url[0]).contains("-" + url[1] + ".pt");
      }
    }
    if (tag.quickGelu()) {
      facts.put("quick_gelu", true);
    }
    return fact(tag.model(), tag.tag(), facts);
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(Object json) {
    return (Map<String, Object>) json;
  }
}

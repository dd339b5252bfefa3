package org.openclip.models.text.hf;

import java.nio.file.Path;
import java.util.Map;
import org.openclip.api.OpenClipException;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.spi.TokenizerProvider;
import org.openclip.api.text.TokenizerContext;

/** Runs in a class loader that lacks Hugging Face's library. */
public final class WithoutTheLibrary {
  private WithoutTheLibrary() {}

  /** Checks that CLIP's tokenizer runs, and returns what is said of one that needs the library. */
  public static String message(String folder) {
    PluginRegistry registry = PluginRegistry.of(WithoutTheLibrary.class.getClassLoader());
    int tokens =
        registry
            .first(TokenizerProvider.class, provider -> provider.matches(Map.of()))
            .orElseThrow()
            .create(TokenizerContext.of(Map.of(), 77))
            .encode("a cat")
            .length;
    if (tokens != 2) {
      throw new AssertionError("'a cat' has " + tokens + " tokens");
    }
    Map<String, Object> config = Map.of("hf_tokenizer_name", "bert-base-uncased");
    TokenizerProvider provider =
        registry.first(TokenizerProvider.class, p -> p.matches(config)).orElseThrow();
    try {
      provider.create(TokenizerContext.of(config, 32).withModelFolder(Path.of(folder)));
      throw new AssertionError("a tokenizer came from nowhere");
    } catch (OpenClipException e) {
      return e.getMessage();
    }
  }
}

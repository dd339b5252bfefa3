package org.openclip.models.text.hf;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.api.InvalidConfigException;
import org.openclip.api.OpenClipException;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.spi.TokenizerProvider;
import org.openclip.api.text.Tokenizer;
import org.openclip.api.text.TokenizerContext;
import org.openclip.models.text.Cleaning;
import org.openclip.models.text.ModelFit;

/**
 * Provides the tokenizers {@code hf} of Hugging Face's library, for models that name one. The
 * library is an optional dependency. It is loaded with the first such tokenizer.
 */
public final class HfTokenizerProvider implements TokenizerProvider {
  /** Creates the provider. It does not load the library. */
  public HfTokenizerProvider() {}

  @Override
  public String name() {
    return "hf";
  }

  @Override
  public boolean matches(Map<String, Object> textConfig) {
    return tokenizerName(textConfig) != null && textConfig.get("tokenizer_type") == null;
  }

  private static @Nullable String tokenizerName(Map<String, Object> textConfig) {
    for (String key : List.of("hf_tokenizer_name", "hf_model_name")) {
      if (textConfig.get(key) instanceof String name && !name.isEmpty()) {
        return name;
      }
    }
    return null;
  }

  private static @Nullable Integer id(TokenizerContext context, String key) {
    return context.textConfig().get(key) instanceof Number id
        ? Integer.valueOf(id.intValue())
        : null;
  }

  @Override
  public Tokenizer create(TokenizerContext context) {
    String name = tokenizerName(context.textConfig());
    if (name == null) {
      throw new InvalidConfigException(
          "text_cfg.hf_tokenizer_name",
          "is missing; set it to the name of a tokenizer on the Hugging Face hub");
    }
    ConfigReader config = new ConfigReader("text_cfg", context.textConfig());
    boolean clips = config.choice("tokenizer_mode", "", List.of("", "clips")).equals("clips");
    ConfigReader options =
        new ConfigReader(config.at("tokenizer_kwargs"), config.map("tokenizer_kwargs"));
    Cleaning cleaning = Cleaning.read(options, Cleaning.WHITESPACE);
    boolean stripSeparator = options.bool("strip_sep_token", false);
    String language = options.string("language", "");
    options.ignore("trust_remote_code", "use_fast", "legacy");
    options.finish();
    TokenizerFolder files = TokenizerFolder.find(name, context);
    try {
      NativeTokenizer pieces = NativeTokenizer.load(files.tokenizer());
      TokenizerJson json = TokenizerJson.read(files.tokenizer());
      SpecialTokens special = SpecialTokens.read(json, files.config(), files.map());
      Frames frames = new Frames(files.tokenizer(), json, special, pieces);
      Tokenizer tokenizer =
          new HfTokenizer(
              pieces,
              json.vocabularySize(),
              cleaning,
              clips
                  ? frames.clips(id(context, "bos_id"), id(context, "eos_id"))
                  : frames.ofClass(language, stripSeparator),
              frames.end(),
              context.contextLength());
      ModelFit.check(context, files.tokenizer().toString(), tokenizer);
      return tokenizer;
    } catch (LinkageError | IllegalCallerException e) {
      if (LibraryFailure.isNative(e)) {
        throw LibraryFailure.of(e);
      }
      throw new OpenClipException(
          "the tokenizer "
              + name
              + " needs Hugging Face's library; add ai.djl.huggingface:tokenizers and its"
              + " dependencies to the class path, or to the module path with --add-modules"
              + " com.google.gson,org.slf4j ("
              + e
              + ")",
          e);
    }
  }
}

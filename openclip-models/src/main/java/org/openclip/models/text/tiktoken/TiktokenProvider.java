package org.openclip.models.text.tiktoken;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.openclip.api.InvalidFileException;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.spi.TokenizerProvider;
import org.openclip.api.text.Tokenizer;
import org.openclip.api.text.TokenizerContext;
import org.openclip.models.text.Cleaning;
import org.openclip.models.text.ModelFit;

/** Provides OpenAI's encodings {@code tiktoken}, for models that name one. */
public final class TiktokenProvider implements TokenizerProvider {
  /** Creates the provider. It reads no file. */
  public TiktokenProvider() {}

  @Override
  public String name() {
    return "tiktoken";
  }

  @Override
  public boolean matches(Map<String, Object> textConfig) {
    return "tiktoken".equals(textConfig.get("tokenizer_type"));
  }

  @Override
  public Tokenizer create(TokenizerContext context) {
    ConfigReader config = new ConfigReader("text_cfg", context.textConfig());
    TiktokenEncoding encoding =
        TiktokenEncoding.of(config.string("tiktoken_name", TiktokenEncoding.CL100K_BASE.label()));
    ConfigReader options =
        new ConfigReader(config.at("tokenizer_kwargs"), config.map("tokenizer_kwargs"));
    TiktokenTokenizer.Layout layout =
        new TiktokenTokenizer.Layout(
            options.has("clean") ? Cleaning.read(options, Cleaning.WHITESPACE) : null,
            options.bool("add_bos", true),
            options.bool("add_eos", true));
    options.finish();
    Path file = file(encoding.label() + ".tiktoken", context);
    Tokenizer tokenizer =
        new TiktokenTokenizer(
            Ranks.read(file, encoding.size()), encoding, layout, context.contextLength());
    ModelFit.check(context, file.toString(), tokenizer);
    return tokenizer;
  }

  private static Path file(String name, TokenizerContext context) {
    Path folder = context.modelFolder();
    if (folder != null && Files.isRegularFile(folder.resolve(name))) {
      return folder.resolve(name);
    }
    Path found = context.files().find("tiktoken", name);
    if (found == null) {
      throw new InvalidFileException(
          name,
          -1,
          "the rank file of the model's tokenizer was not found; put this file, which OpenAI's"
              + " tiktoken downloads, "
              + (folder == null
                  ? "beside a copy of the model, and load that as local-dir:FOLDER"
                  : "into " + folder));
    }
    return found;
  }
}

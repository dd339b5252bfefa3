package org.openclip.models.text.hf;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.spi.TokenizerProvider;
import org.openclip.api.text.TokenizerContext;
import org.openclip.testkit.TokenizerContract;

/** A tokenizer of Hugging Face's library is one like any other. */
class BertTokenizerContractTest extends TokenizerContract {
  @TempDir private static Path folder;

  @BeforeAll
  static void write() {
    HfIds.folder(folder, HfIds.fetched("bert/all-minilm-l6-v2-q-tokenizer.json"));
  }

  @Override
  protected TokenizerProvider provider() {
    return new HfTokenizerProvider();
  }

  @Override
  protected TokenizerContext context() {
    return TokenizerContext.of(Map.of("hf_tokenizer_name", "bert-base-uncased"), 32)
        .withModelFolder(folder);
  }
}

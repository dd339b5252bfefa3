package org.openclip.models.text.tiktoken;

import com.knuddels.jtokkit.Encodings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.spi.TokenizerProvider;
import org.openclip.api.text.TokenizerContext;
import org.openclip.testkit.TokenizerContract;

/** OpenAI's encodings make a tokenizer like any other. */
class TiktokenContractTest extends TokenizerContract {
  @TempDir private static Path folder;

  @BeforeAll
  static void write() throws IOException {
    String name = "/com/knuddels/jtokkit/cl100k_base.tiktoken";
    try (InputStream ranks = Encodings.class.getResourceAsStream(name)) {
      Files.copy(Objects.requireNonNull(ranks), folder.resolve("cl100k_base.tiktoken"));
    }
  }

  @Override
  protected TokenizerProvider provider() {
    return new TiktokenProvider();
  }

  @Override
  protected TokenizerContext context() {
    return TokenizerContext.of(
            Map.of("tokenizer_type", "tiktoken", "tiktoken_name", "cl100k_base"), 32)
        .withModelFolder(folder);
  }
}

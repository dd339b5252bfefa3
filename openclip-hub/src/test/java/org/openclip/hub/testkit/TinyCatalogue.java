package org.openclip.hub.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import org.openclip.api.config.PretrainedTag;
import org.openclip.api.spi.ModelCatalogueProvider;
import org.openclip.api.spi.PluginRegistry;

/** A catalogue as a drop-in jar brings it, of a model of a size for tests and of its weights. */
public final class TinyCatalogue implements ModelCatalogueProvider {
  /** The system property with the address of the weights' server. */
  public static final String SERVER = "openclip.test.weights";

  public static final Map<String, Object> PICTURES =
      Map.of(
          "mean", List.of(0.5, 0.5, 0.5), "std", List.of(0.5, 0.5, 0.5), "resize_mode", "squash");

  /** A model of sound with clips of a second. */
  private static final String CLAP =
      """
      {"embed_dim": 16,
       "audio_cfg": {"model_type": "whisper", "clip_samples": 16000, "mel_bins": 80,
         "sample_rate": 16000, "window_size": 400, "hop_size": 160, "width": 16, "heads": 2, "layers": 1},
       "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 2}}
      """;

  /** Creates the provider. */
  public TinyCatalogue() {}

  /**
   * Returns the plugins that there are with this catalogue among them: its class is copied into a
   * folder of its own, for on the module path classes of a module bring no services by files.
   */
  public static PluginRegistry plugins(Path folder) throws IOException {
    String name = TinyCatalogue.class.getName();
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.writeString(services.resolve(ModelCatalogueProvider.class.getName()), name);
    Path copy = folder.resolve(name.replace('.', '/') + ".class");
    Files.createDirectories(copy.getParent());
    try (InputStream bytes = TinyCatalogue.class.getResourceAsStream("TinyCatalogue.class")) {
      Files.copy(bytes, copy);
    }
    URL[] urls = {folder.toUri().toURL()};
    return PluginRegistry.of(
        new URLClassLoader(urls, TinyCatalogue.class.getClassLoader()) {
          @Override
          protected Class<?> loadClass(String wanted, boolean resolve)
              throws ClassNotFoundException {
            Class<?> known = findLoadedClass(wanted);
            return wanted.equals(name)
                ? known == null ? findClass(wanted) : known
                : super.loadClass(wanted, resolve);
          }
        });
  }

  @Override
  public String name() {
    return "tiny";
  }

  @Override
  public SequencedSet<String> models() {
    return new LinkedHashSet<>(List.of("tiny-16", "tiny-clap"));
  }

  @Override
  public InputStream open(String model) {
    if (model.equals("tiny-clap")) {
      return new ByteArrayInputStream(CLAP.getBytes(UTF_8));
    }
    return new ByteArrayInputStream(
        """
        {"embed_dim": 16,
         "vision_cfg": {"image_size": 32, "layers": 2, "width": 32, "patch_size": 8, "head_width": 16},
         "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 2}}
        """
            .getBytes(UTF_8));
  }

  @Override
  public List<PretrainedTag> pretrained() {
    String url = System.getProperty(SERVER, "http://127.0.0.1:1") + "/weights/";
    return List.of(
        new PretrainedTag("tiny-16", "openai", List.of("hf-hub:org/tiny"), true, PICTURES),
        new PretrainedTag("tiny-16", "plain_s1b", List.of("hf-hub:org/tiny"), false, Map.of()),
        new PretrainedTag(
            "tiny-16", "named", List.of("hf-hub:org/tiny/pytorch_model.bin"), false, Map.of()),
        new PretrainedTag(
            "tiny-16",
            "old",
            List.of("hf-hub:org/gone", url + "tiny-quickgelu-old.safetensors"),
            true,
            PICTURES));
  }
}

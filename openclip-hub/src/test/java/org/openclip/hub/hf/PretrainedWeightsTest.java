package org.openclip.hub.hf;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.FetchException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.UnknownNameException;
import org.openclip.api.image.PreprocessConfig;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.spi.FetchListener;
import org.openclip.api.spi.FetchOptions;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.OpenClip;
import org.openclip.hub.model.FreshWeights;
import org.openclip.hub.model.ModelFolder;
import org.openclip.hub.model.PretrainedTags;
import org.openclip.hub.testkit.HubServer;
import org.openclip.hub.testkit.HubServer.Fault;
import org.openclip.hub.testkit.StoredRepository;
import org.openclip.hub.testkit.StoredRepository.Stored;
import org.openclip.hub.testkit.TinyCatalogue;

/** Weights are found by tag, repository, URL and path, and bring what belongs to them. */
class PretrainedWeightsTest {
  private static final List<String> TEXTS = List.of("a cat", "two dogs in the snow");

  @TempDir Path folder;
  private final HubServer server = new HubServer();
  private PluginRegistry plugins = PluginRegistry.create();
  private byte[] weights = {};

  @BeforeEach
  void publish() throws IOException {
    System.setProperty("HF_ENDPOINT", server.endpoint().toString());
    System.setProperty("HF_HUB_CACHE", folder.resolve("cache").toString());
    System.setProperty("OPENCLIP_CACHE", folder.resolve("copies").toString());
    System.setProperty(TinyCatalogue.SERVER, server.storeAddress("").toString());
    plugins = TinyCatalogue.plugins(folder.resolve("plugin"));
    ModelBuilder builder = tiny().override("quick_gelu", true);
    Path model = folder.resolve("model");
    ModelFolder.write(
        model,
        builder.architecture().config(),
        PreprocessConfig.of(TinyCatalogue.PICTURES),
        FreshWeights.hash(builder.architecture()));
    weights = Files.readAllBytes(model.resolve(ModelFolder.CHECKPOINT));
    byte[] config = Files.readAllBytes(model.resolve(ModelFolder.CONFIG));
    assertThat(new String(config, UTF_8)).contains("\"quick_gelu\" : true");
    server
        .repository("org/tiny")
        .commit(
            "main",
            Map.of(
                ModelFolder.CONFIG,
                Stored.small(config),
                ModelFolder.CHECKPOINT,
                Stored.large(weights),
                "pytorch_model.safetensors",
                Stored.large(weights),
                "pytorch_model.bin",
                Stored.small("not these".getBytes(UTF_8))));
  }

  @AfterEach
  void clear() {
    server.close();
    List.of("HF_ENDPOINT", "HF_HUB_CACHE", "OPENCLIP_CACHE", TinyCatalogue.SERVER)
        .forEach(System::clearProperty);
  }

  private ModelBuilder tiny() {
    return OpenClip.model("tiny-16").plugins(plugins);
  }

  private static float[][] features(ModelBuilder builder) {
    try (ClipModel model = builder.load()) {
      Embeddings embeddings = model.encodeTexts(TEXTS);
      return new float[][] {embeddings.row(0), embeddings.row(1)};
    }
  }

  private float[][] local(boolean quickGelu) throws IOException {
    Path file = Files.createDirectories(folder.resolve("bare")).resolve("weights.safetensors");
    Files.write(file, weights);
    return features(tiny().pretrained(file.toString()).override("quick_gelu", quickGelu));
  }

  private static boolean quickGelu(ModelBuilder builder) {
    return Boolean.TRUE.equals(builder.architecture().config().toJson().get("quick_gelu"));
  }

  @Test
  void aTagBringsWeightsActivationAndPreprocessing() throws IOException {
    ModelBuilder builder = tiny().pretrained("OpenAI");

    assertThat(features(builder)).isDeepEqualTo(local(true));
    assertThat(local(false)).isNotEqualTo(local(true));
    assertThat(builder.preprocessing().mean()).containsExactly(0.5, 0.5, 0.5);
    assertThat(builder.preprocessing().resizeMode()).isEqualTo(PreprocessConfig.ResizeMode.SQUASH);
    assertThat(builder.preprocessing().width()).isEqualTo(32);
  }

  @Test
  void aTagOfWeightsWithoutQuickGelu() throws IOException {
    assertThat(features(tiny().pretrained("plain-S1B"))).isDeepEqualTo(local(false));
  }

  @Test
  void anExplicitChoiceOfTheUserStands() {
    assertThat(quickGelu(tiny().pretrained("openai"))).isTrue();
    assertThat(quickGelu(tiny().pretrained("openai").override("quick_gelu", false))).isFalse();
  }

  @Test
  void aNamedFileOfARepositoryAndItsSaferTwin() {
    assertThat(tiny().pretrained("named").fetch()).hasFileName("pytorch_model.safetensors");
  }

  @Test
  void aDropInCatalogueBringsTags() {
    PretrainedTags tags = PretrainedTags.of(plugins);

    assertThat(tags.tags("tiny-16")).containsExactly("openai", "plain_s1b", "named", "old");
    assertThat(tags.models("openai")).contains("tiny-16", "ViT-B-32");
    assertThatThrownBy(() -> tiny().pretrained("opnai").load())
        .isInstanceOf(UnknownNameException.class)
        .hasMessageContaining("pretrained tag of tiny-16")
        .hasMessageContaining("did you mean openai?");
  }

  @Test
  void theNextPlaceIsTriedWhenTheFirstHasNothing() {
    server.store.put("tiny-quickgelu-old.safetensors", weights);

    assertThat(quickGelu(tiny().pretrained("old"))).isTrue();
    assertThat(tiny().pretrained("old").fetch()).hasBinaryContent(weights);

    server.store.clear();
    server.storeFaults.clear();
    assertThatThrownBy(() -> tiny().pretrained("old").cacheFolder(folder.resolve("empty")).fetch())
        .isInstanceOf(FetchException.class)
        .hasMessageContaining("hf-hub:org/gone")
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
  }

  @Test
  void aFileOfAKnownNameIsRecognised() throws IOException {
    Path file = folder.resolve("tiny-quickgelu-old.safetensors");
    Files.write(file, weights);

    assertThat(features(tiny().pretrained(file.toString()))).isDeepEqualTo(local(true));
  }

  @Test
  void theConfigurationBesideAFileKnowsBetterThanTheModelsName() throws IOException {
    ModelBuilder builder =
        tiny().pretrained(folder.resolve("model").resolve(ModelFolder.CHECKPOINT).toString());

    assertThat(features(builder)).isDeepEqualTo(local(true));
    assertThat(builder.preprocessing().std()).containsExactly(0.5, 0.5, 0.5);
  }

  @Test
  void aRepositoryByItsName() throws IOException {
    String commit = server.repository("org/tiny").head("main");

    for (String name : List.of("hf-hub:org/tiny", "hf-hub:org/tiny@" + commit)) {
      assertThat(features(OpenClip.model(name).plugins(plugins))).isDeepEqualTo(local(true));
    }
    assertThat(features(tiny().pretrained("hf-hub:org/tiny"))).isDeepEqualTo(local(true));
    assertThat(features(tiny().pretrained("hf-hub:org/tiny/" + ModelFolder.CHECKPOINT)))
        .isDeepEqualTo(local(true));
  }

  @Test
  void aConfigurationIsReadWithoutTheWeights() {
    assertThat(
            OpenClip.model("hf-hub:org/tiny").plugins(plugins).architecture().config().embedDim())
        .isEqualTo(16);
    assertThat(server.downloads()).isEmpty();
  }

  @Test
  void offlineLoadsWhatWasFetchedBeforeAndAsksNobody() throws IOException {
    tiny().pretrained("openai").fetch();
    ModelBuilder repository = OpenClip.model("hf-hub:org/tiny").plugins(plugins);
    repository.fetch();
    server.asked.clear();

    assertThat(features(tiny().pretrained("openai").offline(true))).isDeepEqualTo(local(true));
    assertThat(features(repository.offline(true))).isDeepEqualTo(local(true));
    assertThat(server.asked).isEmpty();
    assertThatThrownBy(
            () ->
                tiny()
                    .pretrained("openai")
                    .cacheFolder(folder.resolve("other"))
                    .offline(true)
                    .load())
        .isInstanceOf(FetchException.class)
        .hasMessageContaining("is not in the cache");
  }

  @Test
  void aUrlIsCopiedOnceAndAgainWhenItChanges() throws IOException {
    server.store.put("w.safetensors", weights);
    String url = server.storeAddress("/w.safetensors").toString();

    assertThat(features(tiny().pretrained(url))).isDeepEqualTo(local(false));
    Path first = tiny().pretrained(url).fetch();
    assertThat(server.downloads().stream().filter(a -> !a.header("range").equals("bytes=0-0")))
        .hasSize(1);
    assertThat(first.startsWith(folder.resolve("copies"))).isTrue();
    assertThat(tiny().pretrained(url).offline(true).fetch()).isEqualTo(first);

    server.store.put("w.safetensors", new byte[] {1, 2, 3});
    assertThat(tiny().pretrained(url).fetch()).hasBinaryContent(new byte[] {1, 2, 3});
  }

  @Test
  void aUrlWithAChecksumIsKeptByItsName() throws IOException {
    server.store.put("w.safetensors", weights);
    String url = server.storeAddress("/w.safetensors").toString();
    String sum = StoredRepository.sha256(weights).substring(0, 8);
    Path cache = folder.resolve("clip");

    Path file = tiny().pretrained(url + "#sha256=" + sum).cacheFolder(cache).fetch();
    assertThat(file).isEqualTo(cache.resolve("w.safetensors")).hasBinaryContent(weights);

    server.asked.clear();
    tiny().pretrained(url + "#sha256=" + sum).cacheFolder(cache).fetch();
    assertThat(server.asked).as("a file of the right sum is not asked about").isEmpty();

    Files.writeString(file, "damaged");
    assertThat(tiny().pretrained(url + "#sha256=" + sum).cacheFolder(cache).fetch())
        .hasBinaryContent(weights);

    assertThatThrownBy(
            () ->
                tiny()
                    .pretrained(url + "#sha256=00000000")
                    .cacheFolder(folder.resolve("other"))
                    .fetch())
        .isInstanceOf(FetchException.class)
        .hasMessageContaining("must be 00000000");
    assertThatThrownBy(() -> tiny().pretrained(url + "#sha1=12").fetch())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("#sha256=");
  }

  @Test
  void aModelFolderBehindAUrl() throws IOException {
    Path model = folder.resolve("model");
    for (String name : List.of(ModelFolder.CONFIG, ModelFolder.CHECKPOINT)) {
      server.store.put(name, Files.readAllBytes(model.resolve(name)));
    }
    String url = server.storeAddress("/models/tiny/").toString();

    assertThat(features(OpenClip.model(url).plugins(plugins))).isDeepEqualTo(local(true));
  }

  @Test
  void aUrlOfNothing() {
    assertThatThrownBy(
            () -> tiny().pretrained(server.storeAddress("/none.safetensors").toString()).load())
        .isInstanceOf(FetchException.class)
        .hasMessageContaining("/none.safetensors is not there");
    server.store.put("w.safetensors", weights);
    for (int status : new int[] {401, 400}) {
      server.storeFaults.add(new Fault.Status(status, Map.of()));
      assertThatThrownBy(
              () -> tiny().pretrained(server.storeAddress("/w.safetensors").toString()).load())
          .isInstanceOf(FetchException.class)
          .hasMessageContaining(
              status == 401 ? "requires a login" : "the server responds with status 400")
          .satisfies(e -> assertThat(((FetchException) e).status()).isEqualTo(status));
    }
    assertThatThrownBy(() -> tiny().pretrained("http:///x").load())
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void aUrlWithoutANetwork() {
    assertThatThrownBy(
            () -> tiny().pretrained("http://127.0.0.1:1/w.safetensors?signature=s").load())
        .isInstanceOf(FetchException.class)
        .hasMessageContaining(
            "http://127.0.0.1:1/w.safetensors cannot be downloaded: 127.0.0.1:1 does not respond")
        .hasMessageContaining("(the connection was refused). Check the address, the network")
        .hasMessageNotContaining("signature");
    assertThatThrownBy(() -> tiny().pretrained("https://no.such.host.invalid/models/").load())
        .isInstanceOf(FetchException.class)
        .hasMessageContaining("its host name cannot be resolved")
        .hasMessageContaining("HTTPS_PROXY");
  }

  @Test
  void aRepositoryWithoutAConfigurationSaysHowItIsLoaded() throws IOException {
    server
        .repository("org/bare")
        .commit("main", Map.of("model.safetensors", Stored.large(weights)));

    assertThatThrownBy(() -> OpenClip.load("hf-hub:org/bare"))
        .hasMessageContaining("hf-hub:org/bare/open_clip_config.json")
        .hasMessageContaining("use a model name such as ViT-B-32");
    assertThat(features(tiny().pretrained("hf-hub:org/bare/model.safetensors")))
        .isDeepEqualTo(local(false));
  }

  @Test
  void namedTokenizersComeFromTheHub() throws IOException {
    byte[] tokenizer = "{}".getBytes(UTF_8);
    server
        .repository("org/words")
        .commit("main", Map.of("tokenizer.json", Stored.small(tokenizer)));
    HubTokenizers files = new HubTokenizers(FetchOptions.DEFAULT);

    assertThat(files.find("org/words", "tokenizer.json")).hasBinaryContent(tokenizer);
    assertThat(files.find("org/words", "vocab.txt")).isNull();
    assertThat(
            new HubTokenizers(new FetchOptions(null, true, FetchListener.NONE))
                .find("org/other", "tokenizer.json"))
        .as("not here, and nothing may be fetched")
        .isNull();
  }

  @Test
  void aCheckpointInSeveralFilesComesWhole() {
    byte[] shard = "not read here".getBytes(UTF_8);
    String index =
        "{\"weight_map\": {\"a\": \"model-1.safetensors\", \"b\": \"model-2.safetensors\"}}";
    server
        .repository("org/sharded")
        .commit(
            "main",
            Map.of(
                "model.safetensors.index.json",
                Stored.small(index.getBytes(UTF_8)),
                "model-1.safetensors",
                Stored.large(shard),
                "model-2.safetensors",
                Stored.large(shard)));

    Path file = tiny().pretrained("hf-hub:org/sharded").fetch();
    assertThat(file).hasFileName("model.safetensors.index.json");
    assertThat(file.resolveSibling("model-2.safetensors")).hasBinaryContent(shard);
  }
}

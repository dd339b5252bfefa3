package org.openclip.hub.hf;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openclip.api.FetchException;
import org.openclip.api.InvalidInputException;
import org.openclip.api.UnknownNameException;
import org.openclip.hub.testkit.HubServer;
import org.openclip.hub.testkit.HubServer.Fault;
import org.openclip.hub.testkit.StoredRepository;
import org.openclip.hub.testkit.StoredRepository.Stored;

/** What the hub refuses ends in an error that says why and what to do. */
@Tag("once")
class HubErrorsTest {
  @TempDir Path cache;
  private final HubServer server = new HubServer();
  private final StoredRepository open = server.repository("org/open");
  private final StoredRepository secret = server.repository("org/secret");

  HubErrorsTest() {
    Map<String, Stored> files = Map.of("open_clip_config.json", Stored.small("{}".getBytes(UTF_8)));
    open.commit("main", files);
    open.commit("v1.0", files);
    secret.commit("main", files);
    secret.token = "hf_member";
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private HubTestSettings hub() {
    return HubTestSettings.of(server, cache);
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> assertRefused(
      HubTestSettings hub, String location, int status) {
    return assertThatThrownBy(() -> hub.source(location).names())
        .isInstanceOf(FetchException.class)
        .hasMessageContaining("hf-hub:" + location)
        .satisfies(e -> assertThat(((FetchException) e).status()).isEqualTo(status))
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hf_"));
  }

  @Test
  void aMissingRepository() {
    assertRefused(hub(), "org/none", 401)
        .hasMessageContaining("is not on the hub at " + server.endpoint())
        .hasMessageContaining("HF_TOKEN");
    assertRefused(hub().withToken("hf_member"), "org/none", 404)
        .hasMessageContaining("or is private");
  }

  @Test
  void aNameWithATypo() {
    assertRefused(hub(), "laion/CLIP-ViT-B-32-laion2B-s34B-b79k0", 401)
        .hasMessageContaining("Did you mean hf-hub:laion/CLIP-ViT-B-32-laion2B-s34B-b79K");
  }

  @Test
  void aPrivateRepository() {
    assertRefused(hub(), "org/secret", 401)
        .hasMessageContaining("for a private repository set HF_TOKEN");
    assertRefused(hub().withToken("hf_stranger"), "org/secret", 404)
        .hasMessageContaining("the account of the token in HF_TOKEN has no access");
    assertThat(hub().withToken("hf_member").source("org/secret").names()).isNotEmpty();
  }

  @Test
  void aGatedRepository() {
    secret.gated = true;

    assertRefused(hub(), "org/secret", 401)
        .hasMessageContaining("accept its conditions at " + server.endpoint() + "/org/secret");
    assertRefused(hub().withToken("hf_stranger"), "org/secret", 403)
        .hasMessageContaining("has no access; request access at");
  }

  @Test
  void aTokenThatTheHubDoesNotTake() {
    assertRefused(hub().withToken("nonsense"), "org/open", 401)
        .hasMessageContaining("rejects the token in HF_TOKEN")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("nonsense"));
  }

  @Test
  void aRevisionThatIsNotThere() {
    assertRefused(hub(), "org/open@v1.1", 404)
        .hasMessageContaining("has no revision 'v1.1'")
        .hasMessageContaining("did you mean v1.0?");
    assertRefused(hub(), "org/open@other", 404).hasMessageContaining("there are ");
  }

  @Test
  void aRevisionThatWasDeleted() {
    String commit = open.head("v1.0");
    hub().source("org/open@v1.0").fetch("open_clip_config.json");
    open.references.remove("v1.0");

    assertRefused(hub(), "org/open@v1.0", 404).hasMessageContaining("select it with @" + commit);
    assertThat(hub().source("org/open@" + commit).fetch("open_clip_config.json")).hasContent("{}");
  }

  @Test
  void aFileThatIsNotThere() {
    assertThatThrownBy(() -> hub().source("org/open").fetch("open_clip_confg.json"))
        .isInstanceOf(UnknownNameException.class)
        .hasMessageContaining("did you mean open_clip_config.json");
  }

  @Test
  void noNetwork() {
    HubTestSettings nowhere = hub().at(URI.create("http://127.0.0.1:1"));

    assertRefused(nowhere, "org/open", 0)
        .hasMessageContaining("http://127.0.0.1:1 does not respond (the connection was refused)")
        .hasMessageContaining("HTTPS_PROXY");
    assertRefused(hub().at(URI.create("http://no.such.host.invalid")), "org/open", 0)
        .hasMessageContaining("its host name cannot be resolved");
  }

  @Test
  void aServerThatIsNoHub() {
    server.hubFaults.add(new Fault.Status(200, Map.of()));

    assertRefused(hub(), "org/open", 200).hasMessageContaining("HF_ENDPOINT");
  }

  @Test
  void aHubThatNamesFilesOutsideItsFolder() {
    open.commit("main", Map.of("../../../evil", Stored.small("{}".getBytes(UTF_8))));

    assertRefused(hub(), "org/open", 200).hasMessageContaining("the unsafe name '../../../evil'");
  }

  @Test
  void aHubThatFails() {
    for (int i = 0; i < 4; i++) {
      server.hubFaults.add(new Fault.Status(500, Map.of("X-Error-Message", "out of order")));
    }

    assertRefused(hub(), "org/open", 500).hasMessageContaining("status 500: out of order");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "org/../secret",
        "org/a--b",
        "-x/y",
        "org/x@",
        "org/x@../y",
        "org/x/../y",
        "a b/c"
      })
  void noLocation(String location) {
    assertThatThrownBy(() -> HubLocation.parse(location)).isInstanceOf(InvalidInputException.class);
  }

  @Test
  void locations() {
    assertThat(HubLocation.parse("org/model")).isEqualTo(new HubLocation("org/model", "", "main"));
    assertThat(HubLocation.parse("org/model/")).hasToString("hf-hub:org/model");
    assertThat(HubLocation.parse("gpt2@v1")).isEqualTo(new HubLocation("gpt2", "", "v1"));
    assertThat(HubLocation.parse("org/model/sub/file.bin@refs/pr/1"))
        .isEqualTo(new HubLocation("org/model", "sub/file.bin", "refs/pr/1"))
        .hasToString("hf-hub:org/model/sub/file.bin@refs/pr/1");
  }
}

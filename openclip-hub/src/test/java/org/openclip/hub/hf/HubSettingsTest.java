package org.openclip.hub.hf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.InvalidInputException;
import org.openclip.api.OpenClipException;
import org.openclip.api.spi.FetchListener;
import org.openclip.api.spi.FetchOptions;

/** The variables of the hub's Python library mean here what they mean there. */
@Tag("once")
class HubSettingsTest {
  private static final List<String> NAMES =
      List.of(
          "HF_HOME",
          "HF_HUB_CACHE",
          "HF_TOKEN",
          "HF_TOKEN_PATH",
          "HF_ENDPOINT",
          "HF_HUB_OFFLINE",
          "HF_HUB_DISABLE_IMPLICIT_TOKEN",
          "HF_HUB_DISABLE_SYMLINKS");

  @TempDir Path home;
  private final Map<String, String> before = new HashMap<>();

  @BeforeEach
  void clear() {
    // Blank ones hide what the environment of whoever runs the tests may have.
    NAMES.forEach(name -> before.put(name, System.setProperty(name, "")));
    System.setProperty("HF_HOME", home.toString());
  }

  @AfterEach
  void restore() {
    before.forEach(
        (name, value) -> {
          if (value == null) {
            System.clearProperty(name);
          } else {
            System.setProperty(name, value);
          }
        });
  }

  private static HubSettings settings() {
    return HubSettings.of(FetchOptions.DEFAULT);
  }

  @Test
  void theCacheIsInTheHomeOrWhereItsOwnVariableOrTheOptionsSay() {
    assertThat(settings().cache()).isEqualTo(home.resolve("hub"));
    System.setProperty("HF_HUB_CACHE", home.resolve("elsewhere").toString());
    assertThat(settings().cache()).isEqualTo(home.resolve("elsewhere"));
    FetchOptions options = new FetchOptions(home.resolve("here"), false, FetchListener.NONE);
    assertThat(HubSettings.of(options).cache()).isEqualTo(home.resolve("here"));
  }

  @Test
  void aUserWithoutAHomeHasNoTokenAndNoCacheButThoseThatAreNamed() {
    String before = System.setProperty("user.home", "?");
    System.setProperty("HF_HOME", "");
    System.setProperty("XDG_CACHE_HOME", "");
    try {
      assertThat(settings().token()).isNull();
      assertThatThrownBy(() -> settings().cache())
          .isInstanceOf(OpenClipException.class)
          .hasMessageContaining("HF_HUB_CACHE is not set")
          .hasMessageContaining("user.home is '?'");
      System.setProperty("XDG_CACHE_HOME", home.toString());
      assertThat(settings().cache()).isEqualTo(home.resolve("huggingface/hub"));
      System.setProperty("HF_HOME", home.resolve("hf").toString());
      assertThat(settings().cache()).isEqualTo(home.resolve("hf/hub"));
      System.setProperty("HF_HOME", "~/hf");
      assertThatThrownBy(HubSettingsTest::settings).hasMessageContaining("HF_HOME is '~/hf'");
    } finally {
      System.setProperty("user.home", String.valueOf(before));
      System.clearProperty("XDG_CACHE_HOME");
    }
  }

  @Test
  void theTokenIsThatOfTheVariableElseThatOfTheFile() throws IOException {
    Files.writeString(home.resolve("token"), "hf_file\n");
    assertThat(settings().token()).isEqualTo("hf_file");
    assertThat(settings().tokenOrigin()).isEqualTo(home.resolve("token").toString());

    Path other = Files.writeString(home.resolve("other"), "hf_other");
    System.setProperty("HF_TOKEN_PATH", other.toString());
    assertThat(settings().token()).isEqualTo("hf_other");

    System.setProperty("HF_TOKEN", "hf_variable");
    assertThat(settings().token()).isEqualTo("hf_variable");
    assertThat(settings().tokenOrigin()).isEqualTo("HF_TOKEN");

    System.setProperty("HF_TOKEN", "");
    System.setProperty("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1");
    assertThat(settings().token()).as("the file is not read").isNull();
  }

  @Test
  void switches() {
    assertThat(settings().offline()).isFalse();
    assertThat(settings().links()).isTrue();
    for (String yes : List.of("1", "true", "YES", "on")) {
      System.setProperty("HF_HUB_OFFLINE", yes);
      System.setProperty("HF_HUB_DISABLE_SYMLINKS", yes);
      assertThat(settings().offline()).as(yes).isTrue();
      assertThat(settings().links()).as(yes).isFalse();
    }
    System.setProperty("HF_HUB_OFFLINE", "0");
    assertThat(settings().offline()).isFalse();
  }

  @Test
  void theEndpoint() {
    System.setProperty("HF_ENDPOINT", "https://mirror.example/hub/");
    assertThat(settings().endpoint()).hasToString("https://mirror.example/hub");
    for (String wrong : List.of("mirror.example", "ftp://mirror.example", "https://")) {
      System.setProperty("HF_ENDPOINT", wrong);
      assertThatThrownBy(HubSettingsTest::settings)
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("HF_ENDPOINT is '")
          .hasMessageContaining("like https://host");
    }
  }
}

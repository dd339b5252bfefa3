package org.openclip.api.backend;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The instruction sets of a processor that determine how fast models run.
 *
 * @param known whether they could be read; false when the system does not report them
 * @param features the names of the available instruction sets, widest last
 */
public record Processor(boolean known, List<String> features) {
  /** Instructions that multiply bfloat16 numbers. */
  public static final String BF16 = "bf16";

  /** A unit that multiplies tiles of bfloat16 and 8-bit numbers. */
  public static final String AMX = "AMX";

  private static final String LIMIT = "ONEDNN_MAX_CPU_ISA";
  private static final String NO_BF16 = "AVX512_CORE";

  /** The flags of Linux and macOS by feature. */
  private static final List<Map.Entry<String, List<String>>> FLAGS =
      List.of(
          Map.entry("AVX2", List.of("avx2")),
          Map.entry("AVX-512", List.of("avx512f", "avx512bw", "avx512vl", "avx512dq")),
          Map.entry("VNNI", List.of("avx512_vnni")),
          Map.entry(BF16, List.of("avx512_bf16")),
          Map.entry(AMX, List.of("amx_tile", "amx_bf16")));

  /** Flags that tell of a feature each for itself. */
  private static final Map<String, String> OTHERS =
      Map.of("avx_vnni", "VNNI", "bf16", BF16, "hw.optional.arm.FEAT_BF16", BF16);

  /** Copies the list. */
  public Processor {
    features = List.copyOf(features);
  }

  /** Returns the processor of this machine, as oneDNN sees it. */
  public static Processor current() {
    Optional<String> text = read();
    return text.map(flags -> of(flags, Optional.ofNullable(System.getenv(LIMIT))))
        .orElse(new Processor(false, List.of()));
  }

  /**
   * Parses the description of a processor.
   *
   * @param text that of {@code /proc/cpuinfo}, of which the first line of flags counts, or of
   *     {@code sysctl hw.optional}
   * @param limit the largest set of instructions that oneDNN may use, as {@code ONEDNN_MAX_CPU_ISA}
   *     has it
   */
  public static Processor of(String text, Optional<String> limit) {
    Set<String> flags = flags(text);
    List<String> features = new ArrayList<>();
    for (Map.Entry<String, List<String>> each : FLAGS) {
      String feature = each.getKey();
      boolean alone =
          OTHERS.entrySet().stream()
              .anyMatch(o -> o.getValue().equals(feature) && flags.contains(o.getKey()));
      if ((alone || flags.containsAll(each.getValue())) && permitted(feature, limit)) {
        features.add(feature);
      }
    }
    return new Processor(!flags.isEmpty(), features);
  }

  /** Returns how many processors the JVM may use, less those that only share a core. */
  public static int physicalCores() {
    int processors = Runtime.getRuntime().availableProcessors();
    try {
      Path smt = Path.of("/sys/devices/system/cpu/smt/active");
      boolean shared = Files.exists(smt) && Files.readString(smt).strip().equals("1");
      return shared ? Math.max(1, processors / 2) : processors;
    } catch (IOException e) {
      return processors;
    }
  }

  /** Returns whether bfloat16 is multiplied by instructions for it, and not emulated. */
  public boolean multipliesBfloat16() {
    return features.contains(BF16) || features.contains(AMX);
  }

  private static boolean permitted(String feature, Optional<String> limit) {
    String most = limit.map(l -> l.toUpperCase(Locale.ROOT)).orElse("ALL");
    if (most.equals("ALL") || most.equals("DEFAULT")) {
      return true;
    }
    boolean wide = most.startsWith("AVX512") || most.startsWith("AVX10");
    return switch (feature) {
      case "AVX2" -> !most.equals("SSE41") && !most.equals("AVX");
      case "AVX-512" -> wide;
      case "VNNI" -> wide ? !most.equals(NO_BF16) : most.startsWith("AVX2_VNNI");
      case AMX -> most.contains("AMX");
      default -> wide && !most.equals(NO_BF16) && !most.equals("AVX512_CORE_VNNI");
    };
  }

  private static Set<String> flags(String text) {
    List<String> lines = text.lines().toList();
    Optional<String> flags =
        lines.stream().filter(l -> l.startsWith("flags") || l.startsWith("Features")).findFirst();
    if (flags.isPresent()) {
      String line = flags.get();
      return new HashSet<>(Arrays.asList(line.substring(line.indexOf(':') + 1).strip().split(" ")));
    }
    Set<String> settings = new HashSet<>();
    lines.stream()
        .filter(l -> l.endsWith(": 1"))
        .forEach(l -> settings.add(l.substring(0, l.indexOf(':'))));
    // Apple's name for what Linux calls avx2.
    if (settings.contains("hw.optional.avx2_0")) {
      settings.add("avx2");
    }
    Stream.of("f", "bw", "vl", "dq")
        .filter(part -> settings.contains("hw.optional.avx512" + part))
        .toList()
        .forEach(part -> settings.add("avx512" + part));
    return settings;
  }

  private static Optional<String> read() {
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    try {
      if (system.startsWith("mac")) {
        Process sysctl = new ProcessBuilder("/usr/sbin/sysctl", "hw.optional").start();
        return Optional.of(
            new String(sysctl.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
      }
      return Optional.of(Files.readString(Path.of("/proc/cpuinfo")));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Returns the features, such as {@code AVX2, AVX-512, VNNI}. */
  @Override
  public String toString() {
    if (!known) {
      return "unknown";
    }
    return features.isEmpty()
        ? "none of AVX2, AVX-512, VNNI, bf16, AMX"
        : String.join(", ", features);
  }
}

package org.openclip.train.scaling;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Estimates the cost of a step on several GPUs: ring all-reduce (Patarasuk and Yuan 2009) of one
 * tensor after the other, without overlap with computation. The loss is local and gathers with
 * gradients.
 *
 * @param model what is trained
 * @param batch pictures and texts of all GPUs
 * @param gpus how many there are
 */
public record RingEstimate(Model model, long batch, int gpus) {
  /** Bytes a second that a GPU sends: 200 Gbit/s. */
  private static final double BANDWIDTH = 25e9;

  /** Seconds of a message between two GPUs. */
  private static final double LATENCY = 5e-6;

  /** Operations a second that a GPU reaches: 40% of an A100's 312 TFLOP/s in bfloat16. */
  private static final double SPEED = 0.4 * 312e12;

  private static final double BUCKET = 25 << 20;
  private static final int BYTES = 4;
  private static final int[] GPUS = {8, 64, 256, 1024};

  /**
   * A model.
   *
   * @param name as in the catalogue
   * @param parameters how many numbers it has
   * @param width of its features
   * @param flops of a picture and a text, forth
   */
  public record Model(String name, double parameters, int width, double flops) {}

  private static final Model B = new Model("ViT-B-32", 151.28e6, 512, 14.78e9);
  private static final Model L = new Model("ViT-L-14", 427.62e6, 768, 175.33e9);
  private static final Model G = new Model("ViT-bigG-14", 2539.57e6, 1280, 1065.36e9);

  /** Returns the cases that are documented. */
  public static List<RingEstimate> documented() {
    List<RingEstimate> cases = new ArrayList<>();
    for (int gpus : GPUS) {
      cases.add(new RingEstimate(B, 32_768, gpus));
    }
    for (long batch : new long[] {32_768, 90_112}) {
      for (int gpus : GPUS) {
        cases.add(new RingEstimate(L, batch, gpus));
      }
    }
    for (int gpus : GPUS) {
      cases.add(new RingEstimate(G, 163_840, gpus));
    }
    return cases;
  }

  private double around(double bytes) {
    return bytes * (gpus - 1) / gpus;
  }

  /** Returns how many bytes a GPU sends for gradients in float32. */
  public double gradients() {
    return around(2 * BYTES * model.parameters);
  }

  /** Returns how many bytes a GPU sends for the features of both towers, forth and back. */
  public double features() {
    double rows = 2.0 * BYTES * batch * model.width;
    return around(rows) + around(2 * rows);
  }

  /** Returns how many bytes a GPU sends for parameters that another one has changed. */
  public double parameters() {
    return around(BYTES * model.parameters);
  }

  /** Returns the seconds of sending gradients and features. */
  public double sending() {
    double rings = 2 * Math.ceil(BYTES * model.parameters / BUCKET) + 2 + 4;
    return (gradients() + features()) / BANDWIDTH + rings * (gpus - 1) * LATENCY;
  }

  /** Returns the seconds of computing, forth and back. */
  public double computing() {
    return 3 * model.flops * batch / gpus / SPEED;
  }

  /** Returns the share of the step that sending takes. */
  public double share() {
    return sending() / (sending() + computing());
  }

  /** Returns a table in Markdown. */
  public static String table(List<RingEstimate> cases) {
    StringBuilder table = new StringBuilder();
    table.append("| model | batch of all | GPUs | gradients | features | `--fsdp` adds |");
    table.append(" sending | computing | share of sending |\n");
    table.append("|---|--:|--:|--:|--:|--:|--:|--:|--:|\n");
    for (RingEstimate each : cases) {
      table.append(
          String.format(
              Locale.ROOT,
              "| %s | %,d | %,d | %.2f GB | %.2f GB | %.2f GB | %,.0f ms | %,.0f ms | %.0f%% |\n",
              each.model.name,
              each.batch,
              each.gpus,
              each.gradients() / 1e9,
              each.features() / 1e9,
              each.parameters() / 1e9,
              1000 * each.sending(),
              1000 * each.computing(),
              100 * each.share()));
    }
    return table.toString();
  }
}

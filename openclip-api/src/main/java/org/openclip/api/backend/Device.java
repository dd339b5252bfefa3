package org.openclip.api.backend;

import java.util.Locale;
import org.openclip.api.InvalidInputException;

/**
 * A device that runs programs.
 *
 * @param kind the kind of processor, or the backend's own choice
 * @param index which one of its kind, from 0
 */
public record Device(Kind kind, int index) {
  /** The kinds of processors. */
  public enum Kind {
    /** A GPU if the backend finds one, otherwise the CPU; the choice is logged. */
    AUTO,
    /** The CPU. */
    CPU,
    /** An NVIDIA GPU. Without one, opening the backend fails. */
    CUDA
  }

  /** A GPU if there is one, otherwise the CPU. */
  public static final Device AUTO = new Device(Kind.AUTO, 0);

  /** The CPU. */
  public static final Device CPU = new Device(Kind.CPU, 0);

  /** Checks that the index is not negative. */
  public Device {
    if (index < 0) {
      throw new InvalidInputException("device index is " + index + ", but must be at least 0");
    }
  }

  /**
   * Returns the device that a text names: {@code auto}, {@code cpu}, {@code cuda} or {@code
   * cuda:1}.
   *
   * @throws InvalidInputException when it names none
   */
  public static Device parse(String text) {
    String name = text.toLowerCase(Locale.ROOT);
    if (name.equals("auto")) {
      return AUTO;
    }
    if (name.equals("cpu")) {
      return CPU;
    }
    if (name.equals("cuda")) {
      return new Device(Kind.CUDA, 0);
    }
    if (name.matches("cuda:[0-9]{1,3}")) {
      return new Device(Kind.CUDA, Integer.parseInt(name.substring(5)));
    }
    throw new InvalidInputException("unknown device '" + text + "'; use auto, cpu, cuda or cuda:N");
  }

  /** Returns the text that {@link #parse} reads. */
  @Override
  public String toString() {
    String name = kind.name().toLowerCase(Locale.ROOT);
    return kind == Kind.CUDA ? name + ":" + index : name;
  }
}

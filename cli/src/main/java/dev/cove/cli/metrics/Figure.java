package dev.cove.cli.metrics;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One number that a mount tells.
 *
 * @param name without prefix and suffix: {@code read_bytes}
 * @param help one sentence
 * @param labels tell it from others of the same name
 */
public record Figure(
    String name, Type type, String help, Map<String, String> labels, double value) {

  /** How a number moves. */
  public enum Type {
    /** Only upwards, from the start of the mount on. */
    COUNTER,
    /** Up and down. */
    GAUGE
  }

  static Figure counter(String name, String help, double value) {
    return new Figure(name, Type.COUNTER, help, Map.of(), value);
  }

  static Figure gauge(String name, String help, double value) {
    return new Figure(name, Type.GAUGE, help, Map.of(), value);
  }

  /** With one more label. */
  Figure of(String label, String what) {
    Map<String, String> more = new LinkedHashMap<>(labels);
    more.put(label, what);
    return new Figure(name, type, help, more, value);
  }
}

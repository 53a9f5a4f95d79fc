package dev.cove.cli.state;

import java.io.PrintWriter;

/** One array, written element by element since it may be longer than memory. */
final class JsonArray {
  private final PrintWriter out;
  private String before = "[";

  JsonArray(PrintWriter out) {
    this.out = out;
  }

  /** @param json one JSON value */
  void add(String json) {
    out.print(before);
    out.print(json);
    before = ",";
  }

  void end() {
    out.println(before.equals("[") ? "[]" : "]");
  }
}

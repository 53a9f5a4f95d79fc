package dev.cove.cli.command;

import java.io.PrintWriter;

/** One array, written element by element since it may be longer than memory. */
public final class JsonArray {
  private final PrintWriter out;
  private String before = "[";

  public JsonArray(PrintWriter out) {
    this.out = out;
  }

  /** @param json one JSON value */
  public void add(String json) {
    out.print(before);
    out.print(json);
    before = ",";
  }

  public void end() {
    out.println(before.equals("[") ? "[]" : "]");
  }
}

package dev.cove.cli.logging;

/** What the command line says about logging. */
public interface LogSettings {

  /** The level asked for, else {@code otherwise}. */
  LogLevel levelOr(LogLevel otherwise);
}

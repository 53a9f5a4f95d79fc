package dev.cove.cli.command;

import picocli.CommandLine.Option;

/** What destroys a whole object wants to be told so. */
public final class Confirmation {
  @Option(names = "--yes", description = "Do it; without this nothing is done.")
  private boolean yes;

  /** Refuses unless it was confirmed. */
  public void check(String consequence) {
    if (!yes) {
      throw CommandFailure.usage(consequence + ": say --yes if that is meant");
    }
  }
}

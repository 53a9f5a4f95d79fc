package dev.cove.cli.state;

import dev.cove.cli.command.CommandFailure;
import picocli.CommandLine.Option;

/** What destroys a whole object wants to be told so. */
final class Confirmation {
  @Option(names = "--yes", description = "Do it; without this nothing is done.")
  private boolean yes;

  void check(String consequence) {
    if (!yes) {
      throw CommandFailure.usage(consequence + ": say --yes if that is meant");
    }
  }
}

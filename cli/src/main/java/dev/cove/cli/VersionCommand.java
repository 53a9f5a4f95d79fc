package dev.cove.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code cove version}. */
@Command(
    name = "version",
    description = "Print the version, and the Java runtime that is used.",
    footerHeading = "%nExample:%n",
    footer = "  cove version")
final class VersionCommand implements Runnable {
  @Spec
  private CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().getOut().println("cove " + Version.number());
    spec.commandLine()
        .getOut()
        .println("java " + Runtime.version() + " (" + System.getProperty("java.home") + ")");
  }
}

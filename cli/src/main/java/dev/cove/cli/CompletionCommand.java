package dev.cove.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code cove completion}. */
@Command(
    name = "completion",
    description = "Print a script that completes commands and options in a shell.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  source <(cove completion bash)            in ~/.bashrc",
      "  source <(cove completion zsh)             in ~/.zshrc, after compinit",
    })
final class CompletionCommand implements Runnable {
  enum Shell {
    bash,
    zsh
  }

  @Spec
  private CommandSpec spec;

  // One script serves both: run by zsh, it loads what it needs of bash.
  @Parameters(paramLabel = "SHELL", description = "bash or zsh.")
  private Shell shell;

  @Override
  public void run() {
    spec.commandLine().getOut().println("# Completes cove in " + shell + ".");
    spec.commandLine().getOut().print(AutoComplete.bash("cove", spec.root().commandLine()));
  }
}

package dev.cove.cli.secret;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code --secret NAME}, for every command that wants to know who one is. */
public final class SecretOption {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--secret",
      paramLabel = "NAME",
      description = "Credentials from this secret: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and,"
          + " if there are, AWS_SESSION_TOKEN, AWS_REGION, AWS_ENDPOINT_URL;"
          + " GOOGLE_APPLICATION_CREDENTIALS_JSON; REDIS_PASSWORD and REDIS_USERNAME."
          + " See 'cove secret'.")
  private @Nullable String name;

  private @Nullable Secret found;

  /**
   * The secret that is named, opened once; null when none is.
   *
   * @throws dev.cove.cli.command.CommandFailure when there is none of that name, or it cannot be opened
   */
  public @Nullable Secret secret() {
    if (found == null && name != null) {
      found = Secrets.current().find(name);
    }
    return found;
  }

  /** Whether the command line itself names one, and not the environment or the configuration file. */
  public boolean isOnCommandLine() {
    return spec.commandLine().getParseResult().hasMatchedOption("--secret");
  }
}

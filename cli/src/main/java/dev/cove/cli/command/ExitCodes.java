package dev.cove.cli.command;

/** What a script may tell from the exit status of {@code cove}. */
public final class ExitCodes {
  /** It is done. */
  public static final int DONE = 0;

  /** It is not so: absent, empty, exists already, conflict, uncommitted changes. */
  public static final int NOT_SO = 1;

  /** The command line or the configuration is wrong; nothing was tried. */
  public static final int USAGE = 2;

  /** It was tried and failed. */
  public static final int FAILED = 3;

  /** Data could not be stored and is kept on this machine. */
  public static final int KEPT_LOCALLY = 4;

  private ExitCodes() {}
}

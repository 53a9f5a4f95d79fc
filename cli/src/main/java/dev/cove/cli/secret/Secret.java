package dev.cove.cli.secret;

import dev.cove.cli.secret.Secrets.Stamp;
import java.util.function.Function;
import java.util.function.Supplier;

/** A secret that was found, for as long as it is in use. */
public final class Secret {
  private final Secrets store;
  private final Stamp stamp;
  private final Entries entries;

  Secret(Secrets store, Stamp stamp, Entries entries) {
    this.store = store;
    this.stamp = stamp;
    this.entries = entries;
  }

  public String name() {
    return entries.secret();
  }

  /** What it held when it was found. */
  public Entries entries() {
    return entries;
  }

  /**
   * What is made of the entries, now and each time the secret has changed. Each call of the supplier
   * looks whether it has, which takes one {@code stat}. A secret that was deleted, cannot be opened
   * any more or does not fit leaves the last value in force and one line in the log. Safe for many
   * threads.
   *
   * @param use fails with {@link dev.cove.cli.command.CommandFailure} when the entries do not fit
   * @throws dev.cove.cli.command.CommandFailure when they do not fit to begin with
   */
  public <T> Supplier<T> follow(Function<Entries, T> use) {
    return new Followed<>(store, name(), use, stamp, use.apply(entries));
  }
}

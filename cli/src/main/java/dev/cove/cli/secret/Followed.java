package dev.cove.cli.secret;

import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.secret.Secrets.Stamp;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is made of a secret, made anew when the secret has changed. */
final class Followed<T> implements Supplier<T> {
  private static final Logger log = LoggerFactory.getLogger(Followed.class);

  private final Secrets store;
  private final String name;
  private final Function<Entries, T> use;
  private volatile Current<T> current;

  Followed(Secrets store, String name, Function<Entries, T> use, Stamp stamp, T value) {
    this.store = store;
    this.name = name;
    this.use = use;
    this.current = new Current<>(Optional.of(stamp), value);
  }

  /** The value, and the state of the file it was made or kept at; empty when there was no file. */
  private record Current<T>(Optional<Stamp> stamp, T value) {}

  @Override
  public T get() {
    Current<T> known = current;
    return store.stamp(name).equals(known.stamp()) ? known.value() : changed();
  }

  private synchronized T changed() {
    Current<T> known = current;
    // Before the file is read: a change between the two is noticed by the next call.
    Optional<Stamp> stamp = store.stamp(name);
    if (!stamp.equals(known.stamp())) {
      current = new Current<>(stamp, valueOr(known.value()));
    }
    return current.value();
  }

  private T valueOr(T last) {
    try {
      T value = use.apply(store.read(name).entries());
      log.info("the secret '{}' has changed; its new values are used from now on", name);
      return value;
    } catch (CommandFailure e) {
      log.warn("{}; the values from before are still used", e.line());
      return last;
    }
  }
}

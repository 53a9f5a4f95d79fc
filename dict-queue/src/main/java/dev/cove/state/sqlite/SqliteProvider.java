package dev.cove.state.sqlite;

import dev.cove.state.StateBackend;
import dev.cove.state.StoreOptions;
import java.time.Clock;

/** Opens the embedded store; found as a service. */
public final class SqliteProvider implements StateBackend.Provider {
  @Override
  public boolean serves(String scheme) {
    return scheme.equals("file");
  }

  @Override
  public StateBackend open(StoreOptions options) {
    return SqliteBackend.open(options, Clock.systemUTC());
  }
}

package dev.cove.state.redis;

import dev.cove.state.StateBackend;
import dev.cove.state.StoreOptions;

/** Opens stores on Redis; found as a service. Connects at first use. */
public final class RedisProvider implements StateBackend.Provider {
  @Override
  public boolean serves(String scheme) {
    return scheme.equals("redis") || scheme.equals("rediss");
  }

  @Override
  public StateBackend open(StoreOptions options) {
    return new RedisBackend(options, () -> 0);
  }
}

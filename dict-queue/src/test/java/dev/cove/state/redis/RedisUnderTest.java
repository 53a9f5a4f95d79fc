package dev.cove.state.redis;

import dev.cove.state.Limits;
import dev.cove.state.StateStore;
import dev.cove.state.StoreOptions;
import dev.cove.state.StoreUnderTest;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import redis.clients.jedis.Jedis;

/** A store on a server, emptied at the start, with a clock that a test moves forward. */
public final class RedisUnderTest implements StoreUnderTest {
  private final String url;
  private final AtomicLong shift = new AtomicLong();

  public RedisUnderTest(URI server) {
    this.url = server.toString();
    try (Jedis redis = new Jedis(server)) {
      redis.flushAll();
    }
  }

  @Override
  public StateStore open(Limits limits) {
    StoreOptions options = StoreOptions.embedded(Path.of("unused")).withUrl(url).withLimits(limits);
    return StateStore.over(new RedisBackend(options, shift::get), limits);
  }

  @Override
  public void advance(Duration duration) {
    shift.addAndGet(duration.toMillis());
  }

  @Override
  public void close() {
    // The server is the test class's.
  }
}

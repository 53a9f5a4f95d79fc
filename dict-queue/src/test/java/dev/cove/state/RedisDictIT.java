package dev.cove.state;

import dev.cove.state.redis.RedisUnderTest;
import dev.cove.storage.testkit.server.RedisServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

final class RedisDictIT extends DictContract {
  private static RedisServer server;

  @BeforeAll
  static void startServer() {
    server = RedisServer.start("--appendonly", "no");
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @Override
  protected StoreUnderTest create() {
    return new RedisUnderTest(server.address());
  }
}

package dev.cove.state;

import dev.cove.state.redis.RedisUnderTest;
import dev.cove.storage.testkit.server.RedisServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

final class RedisProcessesIT extends ProcessesContract {
  private static RedisServer server;

  @BeforeAll
  static void startServer() {
    server = RedisServer.start("--appendonly", "no");
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @BeforeEach
  void empty() {
    new RedisUnderTest(server.address());
  }

  @Override
  String where() {
    return server.address().toString();
  }
}

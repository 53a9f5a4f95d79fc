package dev.cove.storage.testkit.server;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A fake-gcs-server that keeps its objects in memory, where they have real generations. */
public final class FakeGcsServer implements AutoCloseable {
  private static @Nullable URI shared;

  private final Path directory = Scratch.directory("fake-gcs");
  private final int port = Scratch.freePort();
  private final URI endpoint = URI.create("http://127.0.0.1:" + port);
  private final ServerProcess process = new ServerProcess(
      "fake-gcs-server",
      directory,
      List.of(
          Programs.require("fake-gcs-server"),
          "-scheme",
          "http",
          "-host",
          "127.0.0.1",
          "-port",
          Integer.toString(port),
          "-public-host",
          endpoint.getAuthority(),
          "-external-url",
          endpoint.toString(),
          "-backend",
          "memory",
          "-log-level",
          "error"),
      Map.of(),
      () -> Http.answersOk(endpoint.resolve("/_internal/healthcheck")));

  private FakeGcsServer() {}

  /** Where the program is. */
  public static Path program() {
    return Path.of(Programs.require("fake-gcs-server"));
  }

  /**
   * The endpoint of the server that all tests of this JVM share: {@code COVE_TEST_GCS_ENDPOINT}, else one started here.
   * Tests use buckets of their own.
   */
  public static synchronized URI sharedEndpoint() {
    URI endpoint = shared;
    if (endpoint == null) {
      String external = Programs.environment("COVE_TEST_GCS_ENDPOINT", "");
      endpoint = external.isEmpty() ? start().endpoint() : URI.create(external);
      shared = endpoint;
    }
    return endpoint;
  }

  /** A server of one's own, to be paused and closed at will. */
  public static FakeGcsServer start() {
    FakeGcsServer server = new FakeGcsServer();
    server.process.start();
    return server;
  }

  public URI endpoint() {
    return endpoint;
  }

  /** Leaves connections open and answers nothing until {@link #resume()}. */
  public void pause() {
    process.pause();
  }

  public void resume() {
    process.resume();
  }

  /** Ends the server; its objects go with it. */
  @Override
  public void close() {
    process.kill();
    Scratch.remove(directory);
  }
}

package dev.cove.storage.testkit.server;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A MinIO server on one directory. */
public final class MinioServer implements S3Server, AutoCloseable {
  private static final String USER = "MINIO_ROOT_USER";
  private static final String PASSWORD = "MINIO_ROOT_PASSWORD";

  private static @Nullable MinioServer shared;

  private final Path directory = Scratch.directory("minio");
  private final URI endpoint = URI.create("http://127.0.0.1:" + Scratch.freePort());
  private final Map<String, String> environment = new ConcurrentHashMap<>(Map.of(
      USER,
      "minioadmin",
      PASSWORD,
      "minioadmin",
      "MINIO_BROWSER",
      "off",
      "MINIO_UPDATE",
      "off",
      "MINIO_CONFIG_ENV_FILE",
      ""));
  private final ServerProcess process = new ServerProcess(
      "minio",
      directory,
      List.of(
          Programs.require("minio"),
          "server",
          "--quiet",
          "--address",
          endpoint.getAuthority(),
          "--console-address",
          "127.0.0.1:" + Scratch.freePort(),
          directory.resolve("data").toString()),
      environment,
      () -> Http.answersOk(endpoint.resolve("/minio/health/ready")));

  private MinioServer() {}

  /** The server that all tests of this JVM share: they stop or pause it never. */
  public static synchronized MinioServer shared() {
    MinioServer server = shared;
    if (server == null) {
      server = start();
      shared = server;
    }
    return server;
  }

  /** A server of one's own, to be stopped, killed and paused at will. */
  public static MinioServer start() {
    MinioServer server = new MinioServer();
    server.process.start();
    return server;
  }

  @Override
  public URI endpoint() {
    return endpoint;
  }

  @Override
  public String accessKey() {
    return Objects.requireNonNull(environment.get(USER));
  }

  @Override
  public String secretKey() {
    return Objects.requireNonNull(environment.get(PASSWORD));
  }

  @Override
  public String region() {
    return "us-east-1";
  }

  @Override
  public boolean isReal() {
    return true;
  }

  /** Ends the server at once; {@link #restart()} brings it back at the same endpoint with the same objects. */
  public void kill() {
    process.kill();
  }

  public void restart() {
    process.start();
  }

  /** As {@link #kill()} and {@link #restart()}; from then on only these keys, of 8 letters or more, are accepted. */
  public void restartWithKeys(String accessKey, String secretKey) {
    process.kill();
    environment.put(USER, accessKey);
    environment.put(PASSWORD, secretKey);
    process.start();
  }

  /** Leaves connections open and answers nothing until {@link #resume()}. */
  public void pause() {
    process.pause();
  }

  public void resume() {
    process.resume();
  }

  /** Ends the server and removes its objects. */
  @Override
  public void close() {
    process.kill();
    Scratch.remove(directory);
  }
}

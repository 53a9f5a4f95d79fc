package dev.cove.storage.testkit.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A Redis server that writes every change to an append-only file, so that it can be killed and restarted. */
public final class RedisServer implements AutoCloseable {
  private static @Nullable URI shared;

  private final Path directory = Scratch.directory("redis");
  private final int port = Scratch.freePort();
  private final ServerProcess process;

  private RedisServer(List<String> options) {
    List<String> command = new ArrayList<>(List.of(
        Programs.require("redis-server"),
        "--bind",
        "127.0.0.1",
        "--port",
        Integer.toString(port),
        "--dir",
        directory.toString(),
        "--save",
        "",
        "--appendonly",
        "yes",
        "--appendfsync",
        "always"));
    command.addAll(options);
    process = new ServerProcess("redis", directory, command, Map.of(), () -> answersPing(port));
  }

  /**
   * The address of the server that all tests of this JVM share: {@code COVE_TEST_REDIS_URL}, else one started here.
   * Tests use names of their own and never flush it.
   */
  public static synchronized URI sharedAddress() {
    URI address = shared;
    if (address == null) {
      String external = Programs.environment("COVE_TEST_REDIS_URL", "");
      address = external.isEmpty() ? start().address() : URI.create(external);
      shared = address;
    }
    return address;
  }

  /**
   * A server of one's own, to be killed and paused at will.
   *
   * @param options of redis-server, such as {@code --requirepass secret}, each word for itself
   */
  public static RedisServer start(String... options) {
    RedisServer server = new RedisServer(List.of(options));
    server.process.start();
    return server;
  }

  public URI address() {
    return URI.create("redis://127.0.0.1:" + port);
  }

  /** Ends the server at once; {@link #restart()} brings it back at the same address with what it had acknowledged. */
  public void kill() {
    process.kill();
  }

  public void restart() {
    process.start();
  }

  /** Leaves connections open and answers nothing until {@link #resume()}. */
  public void pause() {
    process.pause();
  }

  public void resume() {
    process.resume();
  }

  /** Ends the server and removes its data. */
  @Override
  public void close() {
    process.kill();
    Scratch.remove(directory);
  }

  private static boolean answersPing(int port) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(2_000);
      socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readNBytes(5), StandardCharsets.US_ASCII);
      // One that wants a password first is as ready.
      return answer.equals("+PONG") || answer.equals("-NOAU");
    }
  }
}

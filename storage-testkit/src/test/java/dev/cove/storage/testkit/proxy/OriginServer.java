package dev.cove.storage.testkit.proxy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.CRC32;

/** Answers GET with 1,000 bytes or as many as the path says, and remembers what it was sent. */
final class OriginServer implements AutoCloseable {
  /** A request with all it had. */
  record Received(String method, String target, List<String> host, int bodySize, long bodyCrc) {}

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;
  private final List<Received> received = new CopyOnWriteArrayList<>();

  OriginServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  List<Received> received() {
    return List.copyOf(received);
  }

  static byte[] content(int size) {
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = (byte) (i * 31 + i / 251);
    }
    return bytes;
  }

  static long crc(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return crc.getValue();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      received.add(new Received(
          exchange.getRequestMethod(),
          exchange.getRequestURI().toString(),
          exchange.getRequestHeaders().get("Host"),
          body.length,
          crc(body)));
      int size = size(exchange.getRequestURI().getPath());
      exchange.getResponseHeaders().set("X-Odd-Case", "  kept ");
      switch (exchange.getRequestMethod()) {
        case "GET" -> {
          exchange.sendResponseHeaders(200, size);
          exchange.getResponseBody().write(content(size));
        }
        case "HEAD" -> {
          exchange.getResponseHeaders().set("Content-Length", String.valueOf(size));
          exchange.sendResponseHeaders(200, -1);
        }
        default -> exchange.sendResponseHeaders(204, -1);
      }
    }
  }

  private static int size(String path) {
    String last = path.substring(path.lastIndexOf('/') + 1);
    return last.chars().allMatch(Character::isDigit) && !last.isEmpty()
        ? Integer.parseInt(last)
        : 1_000;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}

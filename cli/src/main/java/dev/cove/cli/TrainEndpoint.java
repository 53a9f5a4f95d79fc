package dev.cove.cli;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** A server for one short mount, on loopback; it answers one request at a time. */
abstract class TrainEndpoint implements AutoCloseable {
  private final HttpServer server;

  TrainEndpoint() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  }

  /** To be called once, when all is ready for requests. */
  final void start() {
    server.createContext("/", exchange -> {
      synchronized (this) {
        try (exchange) {
          answer(exchange);
        }
      }
    });
    server.start();
  }

  abstract void answer(HttpExchange exchange) throws IOException;

  final String endpoint() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  @Override
  public final void close() {
    server.stop(0);
  }

  /** Answers with an object of so many zeros, or what was asked for of it. */
  static void zeros(HttpExchange exchange, long size) throws IOException {
    Headers answer = exchange.getResponseHeaders();
    String range = exchange.getRequestHeaders().getFirst("Range");
    long from = 0;
    long to = size - 1;
    if (range != null) {
      String[] ends = range.substring(range.indexOf('=') + 1).split("-", 2);
      from = Long.parseLong(ends[0]);
      to = ends[1].isEmpty() ? to : Math.min(to, Long.parseLong(ends[1]));
      answer.add("Content-Range", "bytes " + from + "-" + to + "/" + size);
    }
    int length = Math.toIntExact(to - from + 1);
    exchange.sendResponseHeaders(range == null ? 200 : 206, length == 0 ? -1 : length);
    exchange.getResponseBody().write(new byte[length]);
  }

  static void reply(HttpExchange exchange, int status, String type, String text)
      throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", type);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }
}

package dev.cove.s3;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** An HTTP server that keeps what it is asked and answers what the test says. */
final class CannedServer implements AutoCloseable {

  /** What was asked. */
  record Asked(String method, URI target, Headers headers, byte[] body) {
    @Nullable
    String header(String name) {
      return headers.getFirst(name);
    }
  }

  /** What is answered. */
  record Answer(int status, Map<String, String> headers, byte[] body) {
    static Answer ok() {
      return new Answer(200, Map.of("ETag", "\"e\""), new byte[0]);
    }

    static Answer xml(int status, String body) {
      return new Answer(status, Map.of("Content-Type", "application/xml"), body.getBytes(UTF_8));
    }

    static Answer error(int status, String code, String message) {
      return xml(
          status,
          "<Error><Code>" + code + "</Code><Message>" + message + "</Message>"
              + "<AWSAccessKeyId>AKIASECRETSECRET</AWSAccessKeyId></Error>");
    }

    Answer with(String name, String value) {
      Map<String, String> more = new HashMap<>(headers);
      more.put(name, value);
      return new Answer(status, more, body);
    }
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Asked> asked = new ArrayList<>();
  private volatile Function<Asked, Answer> answers = request -> Answer.ok();

  CannedServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  void answer(Function<Asked, Answer> function) {
    answers = function;
  }

  synchronized List<Asked> asked() {
    return List.copyOf(asked);
  }

  synchronized Asked last() {
    return asked.get(asked.size() - 1);
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Asked request = new Asked(
          exchange.getRequestMethod(),
          exchange.getRequestURI(),
          exchange.getRequestHeaders(),
          exchange.getRequestBody().readAllBytes());
      synchronized (this) {
        asked.add(request);
      }
      Answer answer = answers.apply(request);
      answer.headers().forEach(exchange.getResponseHeaders()::set);
      boolean bodiless = request.method().equals("HEAD") || answer.body().length == 0;
      exchange.sendResponseHeaders(answer.status(), bodiless ? -1 : answer.body().length);
      if (!bodiless) {
        exchange.getResponseBody().write(answer.body());
      }
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}

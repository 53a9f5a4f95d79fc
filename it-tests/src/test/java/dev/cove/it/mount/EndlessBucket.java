package dev.cove.it.mount;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/** An S3 server whose buckets all hold many one-byte objects {@code d/000000} and on, kept nowhere. */
class EndlessBucket implements AutoCloseable {
  static final String FOLDER = "d/";

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  final int count;

  /** What was asked: {@code LIST}, {@code HEAD key} or {@code GET key}. */
  final List<String> requests = new CopyOnWriteArrayList<>();

  EndlessBucket(int count) throws IOException {
    this.count = count;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String[] path = exchange.getRequestURI().getPath().split("/", 3);
      String key = path.length < 3 ? "" : path[2];
      Map<String, String> query = query(exchange.getRequestURI().getRawQuery());
      boolean head = exchange.getRequestMethod().equals("HEAD");
      if (key.isEmpty() && head) {
        exchange.sendResponseHeaders(200, -1);
      } else if (key.isEmpty()) {
        requests.add("LIST");
        send(exchange, 200, list(query));
      } else {
        requests.add((head ? "HEAD " : "GET ") + key);
        exchange.getResponseHeaders().add("ETag", "\"e\"");
        exchange.getResponseHeaders().add("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT");
        if (head) {
          exchange.getResponseHeaders().add("Content-Length", "1");
          exchange.sendResponseHeaders(200, -1);
        } else {
          send(exchange, 200, "x");
        }
      }
    }
  }

  static void send(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  static Map<String, String> query(String raw) {
    if (raw == null) {
      return Map.of();
    }
    return Arrays.stream(raw.split("&"))
        .map(pair -> pair.split("=", 2))
        .collect(Collectors.toMap(
            pair -> pair[0], pair -> pair.length < 2 ? "" : URLDecoder.decode(pair[1], UTF_8)));
  }

  static String key(int number) {
    return FOLDER + String.format(Locale.ROOT, "%06d", number);
  }

  private String list(Map<String, String> query) {
    String prefix = query.getOrDefault("prefix", "");
    int max = Integer.parseInt(query.getOrDefault("max-keys", "1000"));
    int number = Integer.parseInt(query.getOrDefault("continuation-token", "0"));
    StringBuilder entries = new StringBuilder();
    String next = "";
    if (query.containsKey("delimiter") && FOLDER.startsWith(prefix) && !prefix.equals(FOLDER)) {
      entries.append("<CommonPrefixes><Prefix>" + FOLDER + "</Prefix></CommonPrefixes>");
    } else {
      int found = 0;
      for (; number < count && found < max; number++) {
        if (key(number).startsWith(prefix)) {
          found++;
          entries
              .append("<Contents><Key>")
              .append(key(number))
              .append("</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>")
              .append("<ETag>&quot;e&quot;</ETag><Size>1</Size>")
              .append("<StorageClass>STANDARD</StorageClass></Contents>");
        }
      }
      if (number < count) {
        next = "<NextContinuationToken>" + number + "</NextContinuationToken>";
      }
    }
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ListBucketResult>"
        + "<Prefix>" + prefix + "</Prefix><MaxKeys>" + max + "</MaxKeys>"
        + "<IsTruncated>" + !next.isEmpty() + "</IsTruncated>"
        + entries + next + "</ListBucketResult>";
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}

package dev.cove.storage.testkit.server;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.cove.storage.KeyOrder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Stands before fake-gcs-server and adds what Google documents of the JSON API and the fake leaves
 * out: conditions on reads, deletes, copies and compositions, attributes that these replace, pages
 * that hold prefixes, sessions that can be asked how far they have come, and errors that name a
 * missing bucket. Compositions and copies become conditional inserts, which the fake makes in one
 * step.
 */
public final class GcsFront implements AutoCloseable {
  private static final Pattern LIST = Pattern.compile("/storage/v1/b/([^/]+)/o/?");
  private static final Pattern OBJECT =
      Pattern.compile("(?:/download)?/storage/v1/b/([^/]+)/o/([^/]+)");
  private static final Pattern COMPOSE = Pattern.compile("/storage/v1/b/([^/]+)/o/([^/]+)/compose");
  private static final Pattern REWRITE =
      Pattern.compile("/storage/v1/b/([^/]+)/o/([^/]+)/rewriteTo/b/([^/]+)/o/([^/]+)");
  private static final Pattern UPLOAD = Pattern.compile("/upload/storage/v1/b/([^/]+)/o/?");
  // What a client may not set itself.
  private static final Set<String> OWN_HEADERS =
      Set.of("host", "content-length", "connection", "expect", "transfer-encoding", "upgrade");
  private static @Nullable GcsFront shared;

  private final GcsBackend backend;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
    Thread thread = new Thread(task, "gcs-front");
    thread.setDaemon(true);
    return thread;
  });
  private final GcsSessions sessions;

  private GcsFront(URI backend) throws IOException {
    // Small answers must not wait for the acknowledgement of their headers.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    this.backend = new GcsBackend(backend);
    this.sessions = new GcsSessions(this.backend);
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  public static GcsFront start(URI backend) {
    try {
      return new GcsFront(backend);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Before the server that all tests of this JVM share. */
  public static synchronized URI sharedEndpoint() {
    GcsFront front = shared;
    if (front == null) {
      front = start(FakeGcsServer.sharedEndpoint());
      shared = front;
    }
    return front.endpoint();
  }

  /** Makes a bucket on a server of GCS's API. */
  public static void createBucket(URI endpoint, String name) {
    HttpRequest request = HttpRequest.newBuilder(endpoint.resolve("/storage/v1/b?project=test"))
        .POST(BodyPublishers.ofString("{\"name\":\"" + name + "\"}"))
        .build();
    try {
      int status =
          HttpClient.newHttpClient().send(request, BodyHandlers.discarding()).statusCode();
      if (status != 200) {
        throw new IllegalStateException("no bucket " + name + ": HTTP " + status);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getRawPath();
      String method = exchange.getRequestMethod();
      Map<String, String> query = GcsExchange.query(exchange.getRequestURI().getRawQuery());
      Matcher found = UPLOAD.matcher(path);
      if (found.matches() && "resumable".equals(query.get("uploadType"))) {
        sessions.handle(exchange, method, found.group(1), query);
        return;
      }
      found = COMPOSE.matcher(path);
      if (found.matches() && method.equals("POST")) {
        compose(exchange, found.group(1), GcsExchange.decoded(found.group(2)), query);
        return;
      }
      found = REWRITE.matcher(path);
      if (found.matches() && method.equals("POST")) {
        rewrite(exchange, found, query);
        return;
      }
      found = LIST.matcher(path);
      if (found.matches() && method.equals("GET")) {
        list(exchange, found.group(1), query);
        return;
      }
      found = OBJECT.matcher(path);
      if (found.matches() && method.equals("DELETE") && query.containsKey("ifGenerationMatch")) {
        delete(exchange, found.group(1), found.group(2), query.get("ifGenerationMatch"));
        return;
      }
      forward(exchange, query.get("ifGenerationMatch"));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void forward(HttpExchange exchange, @Nullable String generation)
      throws IOException, InterruptedException {
    URI asked = exchange.getRequestURI();
    byte[] body = exchange.getRequestBody().readAllBytes();
    HttpRequest.Builder request = HttpRequest.newBuilder(backend.at(
        asked.getRawPath() + (asked.getRawQuery() == null ? "" : "?" + asked.getRawQuery())));
    request.method(
        exchange.getRequestMethod(),
        body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
    exchange.getRequestHeaders().forEach((name, values) -> {
      if (!OWN_HEADERS.contains(name.toLowerCase(java.util.Locale.ROOT))) {
        values.forEach(value -> request.header(name, value));
      }
    });
    HttpResponse<InputStream> answer = backend.send(request.build(), BodyHandlers.ofInputStream());
    try (InputStream in = answer.body()) {
      String present = answer.headers().firstValue("x-goog-generation").orElse(null);
      boolean reads = exchange.getRequestMethod().equals("GET");
      if (reads && generation != null && present != null && !present.equals(generation)) {
        GcsExchange.fail(
            exchange, 412, "conditionNotMet", "At least one of the pre-conditions did not hold.");
        return;
      }
      if (answer.statusCode() == 404) {
        backend.notFound(exchange, asked.getRawPath());
        return;
      }
      answer.headers().map().forEach((name, values) -> {
        if (!OWN_HEADERS.contains(name)) {
          values.forEach(value -> exchange.getResponseHeaders().add(name, value));
        }
      });
      long length = answer.headers().firstValueAsLong("content-length").orElse(0);
      exchange.sendResponseHeaders(
          answer.statusCode(),
          answer.headers().firstValue("content-length").isEmpty() ? 0 : length == 0 ? -1 : length);
      in.transferTo(exchange.getResponseBody());
    }
  }

  private void delete(HttpExchange exchange, String bucket, String key, String generation)
      throws IOException, InterruptedException {
    String path = "/storage/v1/b/" + bucket + "/o/" + key;
    HttpResponse<byte[]> answer = backend.send(
        HttpRequest.newBuilder(backend.at(path + "?generation=" + generation))
            .DELETE()
            .build(),
        BodyHandlers.ofByteArray());
    if (answer.statusCode() != 404) {
      GcsExchange.reply(exchange, answer.statusCode(), answer.body());
    } else if (backend.meta(bucket, GcsExchange.decoded(key)) == null) {
      backend.notFound(exchange, path);
    } else {
      GcsExchange.fail(
          exchange, 412, "conditionNotMet", "At least one of the pre-conditions did not hold.");
    }
  }

  private void compose(HttpExchange exchange, String bucket, String key, Map<String, String> query)
      throws IOException, InterruptedException {
    JsonObject asked = GcsExchange.json(GcsExchange.body(exchange));
    JsonArray sources = asked.getAsJsonArray("sourceObjects");
    if (sources.size() > 32) {
      GcsExchange.fail(
          exchange, 400, "invalid", "The number of source components exceeds the maximum (32)");
      return;
    }
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    String storageClass = null;
    for (JsonElement each : sources) {
      JsonObject source = each.getAsJsonObject();
      String name = source.get("name").getAsString();
      JsonObject present = backend.meta(bucket, name);
      if (present == null) {
        backend.notFound(exchange, "/storage/v1/b/" + bucket + "/o/x");
        return;
      }
      JsonObject condition = source.getAsJsonObject("objectPreconditions");
      if (condition != null
          && !GcsExchange.text(condition, "ifGenerationMatch")
              .equals(GcsExchange.text(present, "generation"))) {
        GcsExchange.fail(
            exchange, 412, "conditionNotMet", "At least one of the pre-conditions did not hold.");
        return;
      }
      if (storageClass != null && !storageClass.equals(GcsExchange.text(present, "storageClass"))) {
        GcsExchange.fail(
            exchange, 400, "invalid", "Source objects have different storage classes.");
        return;
      }
      storageClass = GcsExchange.text(present, "storageClass");
      whole.writeBytes(backend.media(bucket, name));
    }
    HttpResponse<byte[]> answer = backend.insert(
        bucket,
        key,
        asked.getAsJsonObject("destination"),
        whole.toByteArray(),
        query.get("ifGenerationMatch"));
    if (answer.statusCode() == 200
        && asked.has("deleteSourceObjects")
        && asked.get("deleteSourceObjects").getAsBoolean()) {
      for (JsonElement each : sources) {
        String name = GcsExchange.escaped(each.getAsJsonObject().get("name").getAsString());
        backend.send(
            HttpRequest.newBuilder(backend.at("/storage/v1/b/" + bucket + "/o/" + name))
                .DELETE()
                .build(),
            BodyHandlers.discarding());
      }
    }
    GcsExchange.reply(exchange, answer.statusCode(), answer.body());
  }

  private void rewrite(HttpExchange exchange, Matcher path, Map<String, String> query)
      throws IOException, InterruptedException {
    String key = GcsExchange.decoded(path.group(2));
    JsonObject source = backend.meta(path.group(1), key);
    byte[] body = GcsExchange.body(exchange);
    if (source == null) {
      backend.notFound(exchange, "/storage/v1/b/" + path.group(1) + "/o/x");
      return;
    }
    String pinned = query.get("ifSourceGenerationMatch");
    if (pinned != null && !pinned.equals(GcsExchange.text(source, "generation"))) {
      GcsExchange.fail(
          exchange, 412, "conditionNotMet", "At least one of the pre-conditions did not hold.");
      return;
    }
    JsonObject target = body.length == 0 ? source : GcsExchange.json(body);
    boolean across = !GcsExchange.text(target, "storageClass").isEmpty()
        && !GcsExchange.text(target, "storageClass").equals("STANDARD");
    if (across && !query.containsKey("rewriteToken")) {
      // As the real service does when bytes have to move: the client comes back with the token.
      GcsExchange.reply(
          exchange,
          200,
          ("{\"done\":false,\"rewriteToken\":\"go-on\",\"totalBytesRewritten\":\"0\",\"objectSize\":\""
                  + GcsExchange.text(source, "size") + "\"}")
              .getBytes(StandardCharsets.UTF_8));
      return;
    }
    HttpResponse<byte[]> answer = backend.insert(
        path.group(3),
        GcsExchange.decoded(path.group(4)),
        target,
        backend.media(path.group(1), key),
        query.get("ifGenerationMatch"));
    if (answer.statusCode() != 200) {
      GcsExchange.reply(exchange, answer.statusCode(), answer.body());
      return;
    }
    JsonObject done = new JsonObject();
    done.addProperty("done", true);
    done.addProperty("objectSize", GcsExchange.text(source, "size"));
    done.addProperty("totalBytesRewritten", GcsExchange.text(source, "size"));
    done.add("resource", GcsExchange.json(answer.body()));
    GcsExchange.reply(exchange, 200, done.toString().getBytes(StandardCharsets.UTF_8));
  }

  private void list(HttpExchange exchange, String bucket, Map<String, String> query)
      throws IOException, InterruptedException {
    String last = null;
    String token = query.get("pageToken");
    if (token != null) {
      try {
        last =
            new String(Base64.getUrlDecoder().decode(token.substring(1)), StandardCharsets.UTF_8);
      } catch (IllegalArgumentException e) {
        GcsExchange.fail(exchange, 400, "invalid", "Invalid page token");
        return;
      }
    }
    StringBuilder asked = new StringBuilder("/storage/v1/b/" + bucket + "/o?projection=noAcl");
    String from = last == null ? query.get("startOffset") : last;
    for (Map.Entry<String, String> each : query.entrySet()) {
      if (each.getKey().equals("prefix") || each.getKey().equals("delimiter")) {
        asked
            .append('&')
            .append(each.getKey())
            .append('=')
            .append(GcsExchange.escaped(each.getValue()));
      }
    }
    if (from != null) {
      asked.append("&startOffset=").append(GcsExchange.escaped(from));
    }
    HttpResponse<byte[]> answer = backend.send(
        HttpRequest.newBuilder(backend.at(asked.toString())).build(), BodyHandlers.ofByteArray());
    if (answer.statusCode() != 200) {
      backend.notFound(exchange, "/storage/v1/b/" + bucket + "/o/x");
      return;
    }
    JsonObject all = GcsExchange.json(answer.body());
    TreeMap<String, JsonElement> entries = new TreeMap<>(KeyOrder.UTF_8);
    if (all.has("items")) {
      all.getAsJsonArray("items")
          .forEach(item -> entries.put(GcsExchange.text(item.getAsJsonObject(), "name"), item));
    }
    if (all.has("prefixes")) {
      all.getAsJsonArray("prefixes").forEach(prefix -> entries.put(prefix.getAsString(), prefix));
    }
    int most = Integer.parseInt(query.getOrDefault("maxResults", "1000"));
    JsonArray items = new JsonArray();
    JsonArray prefixes = new JsonArray();
    JsonObject page = new JsonObject();
    String end = "";
    for (Map.Entry<String, JsonElement> entry :
        (last == null ? entries : entries.tailMap(last, false)).entrySet()) {
      if (items.size() + prefixes.size() == most) {
        page.addProperty(
            "nextPageToken",
            "t" + Base64.getUrlEncoder().encodeToString(end.getBytes(StandardCharsets.UTF_8)));
        break;
      }
      (entry.getValue().isJsonObject() ? items : prefixes).add(entry.getValue());
      end = entry.getKey();
    }
    page.add("items", items);
    page.add("prefixes", prefixes);
    GcsExchange.reply(exchange, 200, page.toString().getBytes(StandardCharsets.UTF_8));
  }
}

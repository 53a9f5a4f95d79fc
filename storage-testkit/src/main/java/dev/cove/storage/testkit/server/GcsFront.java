package dev.cove.storage.testkit.server;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
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
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
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
  private static final int SESSION_UNIT = 256 << 10;
  private static final List<String> ATTRIBUTES = List.of(
      "contentType",
      "contentEncoding",
      "contentDisposition",
      "contentLanguage",
      "cacheControl",
      "storageClass",
      "metadata");

  private static @Nullable GcsFront shared;

  private final URI backend;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
    Thread thread = new Thread(task, "gcs-front");
    thread.setDaemon(true);
    return thread;
  });
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Map<String, Session> sessions = new ConcurrentHashMap<>();

  /** An upload of one object under way. */
  private static final class Session {
    final String bucket;
    final JsonObject object;
    final @Nullable String condition;
    final ByteArrayOutputStream received = new ByteArrayOutputStream();
    byte @Nullable [] answer;

    Session(String bucket, JsonObject object, @Nullable String condition) {
      this.bucket = bucket;
      this.object = object;
      this.condition = condition;
    }
  }

  private GcsFront(URI backend) throws IOException {
    // Small answers must not wait for the acknowledgement of their headers.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    this.backend = backend;
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
      Map<String, String> query = query(exchange.getRequestURI().getRawQuery());
      Matcher found = UPLOAD.matcher(path);
      if (found.matches() && "resumable".equals(query.get("uploadType"))) {
        resumable(exchange, method, found.group(1), query);
        return;
      }
      found = COMPOSE.matcher(path);
      if (found.matches() && method.equals("POST")) {
        compose(exchange, found.group(1), decoded(found.group(2)), query);
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
    HttpRequest.Builder request = HttpRequest.newBuilder(
        at(asked.getRawPath() + (asked.getRawQuery() == null ? "" : "?" + asked.getRawQuery())));
    request.method(
        exchange.getRequestMethod(),
        body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
    exchange.getRequestHeaders().forEach((name, values) -> {
      if (!OWN_HEADERS.contains(name.toLowerCase(java.util.Locale.ROOT))) {
        values.forEach(value -> request.header(name, value));
      }
    });
    HttpResponse<InputStream> answer = client.send(request.build(), BodyHandlers.ofInputStream());
    try (InputStream in = answer.body()) {
      String present = answer.headers().firstValue("x-goog-generation").orElse(null);
      boolean reads = exchange.getRequestMethod().equals("GET");
      if (reads && generation != null && present != null && !present.equals(generation)) {
        fail(exchange, 412, "conditionNotMet", "At least one of the pre-conditions did not hold.");
        return;
      }
      if (answer.statusCode() == 404) {
        notFound(exchange, asked.getRawPath());
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
    HttpResponse<byte[]> answer = client.send(
        HttpRequest.newBuilder(at(path + "?generation=" + generation)).DELETE().build(),
        BodyHandlers.ofByteArray());
    if (answer.statusCode() != 404) {
      reply(exchange, answer.statusCode(), answer.body());
    } else if (meta(bucket, decoded(key)) == null) {
      notFound(exchange, path);
    } else {
      fail(exchange, 412, "conditionNotMet", "At least one of the pre-conditions did not hold.");
    }
  }

  private void compose(HttpExchange exchange, String bucket, String key, Map<String, String> query)
      throws IOException, InterruptedException {
    JsonObject asked = json(body(exchange));
    JsonArray sources = asked.getAsJsonArray("sourceObjects");
    if (sources.size() > 32) {
      fail(exchange, 400, "invalid", "The number of source components exceeds the maximum (32)");
      return;
    }
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    String storageClass = null;
    for (JsonElement each : sources) {
      JsonObject source = each.getAsJsonObject();
      String name = source.get("name").getAsString();
      JsonObject present = meta(bucket, name);
      if (present == null) {
        notFound(exchange, "/storage/v1/b/" + bucket + "/o/x");
        return;
      }
      JsonObject condition = source.getAsJsonObject("objectPreconditions");
      if (condition != null
          && !text(condition, "ifGenerationMatch").equals(text(present, "generation"))) {
        fail(exchange, 412, "conditionNotMet", "At least one of the pre-conditions did not hold.");
        return;
      }
      if (storageClass != null && !storageClass.equals(text(present, "storageClass"))) {
        fail(exchange, 400, "invalid", "Source objects have different storage classes.");
        return;
      }
      storageClass = text(present, "storageClass");
      whole.writeBytes(media(bucket, name));
    }
    HttpResponse<byte[]> answer = insert(
        bucket,
        key,
        asked.getAsJsonObject("destination"),
        whole.toByteArray(),
        query.get("ifGenerationMatch"));
    if (answer.statusCode() == 200
        && asked.has("deleteSourceObjects")
        && asked.get("deleteSourceObjects").getAsBoolean()) {
      for (JsonElement each : sources) {
        String name = escaped(each.getAsJsonObject().get("name").getAsString());
        client.send(
            HttpRequest.newBuilder(at("/storage/v1/b/" + bucket + "/o/" + name))
                .DELETE()
                .build(),
            BodyHandlers.discarding());
      }
    }
    reply(exchange, answer.statusCode(), answer.body());
  }

  private void rewrite(HttpExchange exchange, Matcher path, Map<String, String> query)
      throws IOException, InterruptedException {
    String key = decoded(path.group(2));
    JsonObject source = meta(path.group(1), key);
    byte[] body = body(exchange);
    if (source == null) {
      notFound(exchange, "/storage/v1/b/" + path.group(1) + "/o/x");
      return;
    }
    String pinned = query.get("ifSourceGenerationMatch");
    if (pinned != null && !pinned.equals(text(source, "generation"))) {
      fail(exchange, 412, "conditionNotMet", "At least one of the pre-conditions did not hold.");
      return;
    }
    JsonObject target = body.length == 0 ? source : json(body);
    boolean across =
        !text(target, "storageClass").isEmpty() && !text(target, "storageClass").equals("STANDARD");
    if (across && !query.containsKey("rewriteToken")) {
      // As the real service does when bytes have to move: the client comes back with the token.
      reply(
          exchange,
          200,
          ("{\"done\":false,\"rewriteToken\":\"go-on\",\"totalBytesRewritten\":\"0\",\"objectSize\":\""
                  + text(source, "size") + "\"}")
              .getBytes(StandardCharsets.UTF_8));
      return;
    }
    HttpResponse<byte[]> answer = insert(
        path.group(3),
        decoded(path.group(4)),
        target,
        media(path.group(1), key),
        query.get("ifGenerationMatch"));
    if (answer.statusCode() != 200) {
      reply(exchange, answer.statusCode(), answer.body());
      return;
    }
    JsonObject done = new JsonObject();
    done.addProperty("done", true);
    done.addProperty("objectSize", text(source, "size"));
    done.addProperty("totalBytesRewritten", text(source, "size"));
    done.add("resource", json(answer.body()));
    reply(exchange, 200, done.toString().getBytes(StandardCharsets.UTF_8));
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
        fail(exchange, 400, "invalid", "Invalid page token");
        return;
      }
    }
    StringBuilder asked = new StringBuilder("/storage/v1/b/" + bucket + "/o?projection=noAcl");
    String from = last == null ? query.get("startOffset") : last;
    for (Map.Entry<String, String> each : query.entrySet()) {
      if (each.getKey().equals("prefix") || each.getKey().equals("delimiter")) {
        asked.append('&').append(each.getKey()).append('=').append(escaped(each.getValue()));
      }
    }
    if (from != null) {
      asked.append("&startOffset=").append(escaped(from));
    }
    HttpResponse<byte[]> answer = client.send(
        HttpRequest.newBuilder(at(asked.toString())).build(), BodyHandlers.ofByteArray());
    if (answer.statusCode() != 200) {
      notFound(exchange, "/storage/v1/b/" + bucket + "/o/x");
      return;
    }
    JsonObject all = json(answer.body());
    TreeMap<String, JsonElement> entries = new TreeMap<>(KeyOrder.UTF_8);
    if (all.has("items")) {
      all.getAsJsonArray("items")
          .forEach(item -> entries.put(text(item.getAsJsonObject(), "name"), item));
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
    reply(exchange, 200, page.toString().getBytes(StandardCharsets.UTF_8));
  }

  private void resumable(
      HttpExchange exchange, String method, String bucket, Map<String, String> query)
      throws IOException, InterruptedException {
    String id = query.get("upload_id");
    if (id == null) {
      JsonObject object = json(body(exchange));
      if (query.containsKey("name")) {
        object.addProperty("name", query.get("name"));
      }
      String fresh = UUID.randomUUID().toString();
      sessions.put(fresh, new Session(bucket, object, query.get("ifGenerationMatch")));
      exchange
          .getResponseHeaders()
          .add(
              "Location",
              "http://" + exchange.getRequestHeaders().getFirst("Host") + "/upload/storage/v1/b/"
                  + bucket + "/o?uploadType=resumable&upload_id=" + fresh);
      exchange.sendResponseHeaders(200, -1);
      return;
    }
    Session session = sessions.get(id);
    if (session == null) {
      fail(exchange, 404, "notFound", "No such upload.");
      return;
    }
    synchronized (session) {
      if (method.equals("DELETE")) {
        sessions.remove(id);
        exchange.sendResponseHeaders(499, -1);
      } else {
        receive(exchange, session);
      }
    }
  }

  private void receive(HttpExchange exchange, Session session)
      throws IOException, InterruptedException {
    String range = exchange.getRequestHeaders().getFirst("Content-Range");
    String declared = range.substring(range.lastIndexOf('/') + 1);
    // Clients that do not know the size yet say so.
    long total = declared.equals("*") ? -1 : Long.parseLong(declared);
    byte[] done = session.answer;
    if (done == null && !range.startsWith("bytes */")) {
      long from = Long.parseLong(range.substring("bytes ".length(), range.indexOf('-')));
      if (from != session.received.size()) {
        fail(exchange, 400, "invalid", "Bytes are missing before " + from);
        return;
      }
      byte[] piece = new byte[64 << 10];
      InputStream in = exchange.getRequestBody();
      try {
        for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
          session.received.write(piece, 0, count);
        }
      } catch (IOException e) {
        // Cut: whole units are kept.
        byte[] kept = session.received.toByteArray();
        session.received.reset();
        session.received.write(kept, 0, kept.length - kept.length % SESSION_UNIT);
        throw e;
      }
    }
    if (done == null && session.received.size() == total) {
      HttpResponse<byte[]> answer = insert(
          session.bucket,
          text(session.object, "name"),
          session.object,
          session.received.toByteArray(),
          session.condition);
      if (answer.statusCode() != 200) {
        reply(exchange, answer.statusCode(), answer.body());
        return;
      }
      done = answer.body();
      session.answer = done;
    }
    if (done != null) {
      reply(exchange, 200, done);
      return;
    }
    if (session.received.size() > 0) {
      exchange.getResponseHeaders().add("Range", "bytes=0-" + (session.received.size() - 1));
    }
    if (exchange.getRequestHeaders().containsKey("X-Guploader-No-308")) {
      exchange.getResponseHeaders().add("X-Http-Status-Code-Override", "308");
      exchange.sendResponseHeaders(200, -1);
    } else {
      exchange.sendResponseHeaders(308, -1);
    }
  }

  private HttpResponse<byte[]> insert(
      String bucket, String key, JsonObject attributes, byte[] bytes, @Nullable String generation)
      throws IOException, InterruptedException {
    JsonObject object = new JsonObject();
    ATTRIBUTES.stream()
        .filter(attributes::has)
        .forEach(name -> object.add(name, attributes.get(name)));
    if (attributes.has("crc32c") && attributes.get("name") != null && generationless(attributes)) {
      object.add("crc32c", attributes.get("crc32c"));
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(("--cut\r\nContent-Type: application/json\r\n\r\n" + object
            + "\r\n--cut\r\nContent-Type: "
            + (object.has("contentType") ? text(object, "contentType") : "application/octet-stream")
            + "\r\n\r\n")
        .getBytes(StandardCharsets.UTF_8));
    body.writeBytes(bytes);
    body.writeBytes("\r\n--cut--\r\n".getBytes(StandardCharsets.UTF_8));
    String condition = generation == null ? "" : "&ifGenerationMatch=" + generation;
    return client.send(
        HttpRequest.newBuilder(at("/upload/storage/v1/b/" + bucket + "/o?uploadType=multipart&name="
                + escaped(key) + condition))
            .header("Content-Type", "multipart/related; boundary=cut")
            .POST(BodyPublishers.ofByteArray(body.toByteArray()))
            .build(),
        BodyHandlers.ofByteArray());
  }

  /** What a client declares has no generation yet; what the server describes has one. */
  private static boolean generationless(JsonObject object) {
    return !object.has("generation");
  }

  private @Nullable JsonObject meta(String bucket, String key)
      throws IOException, InterruptedException {
    HttpResponse<byte[]> answer = client.send(
        HttpRequest.newBuilder(at("/storage/v1/b/" + bucket + "/o/" + escaped(key)))
            .build(),
        BodyHandlers.ofByteArray());
    return answer.statusCode() == 200 ? json(answer.body()) : null;
  }

  private byte[] media(String bucket, String key) throws IOException, InterruptedException {
    return client
        .send(
            HttpRequest.newBuilder(
                    at("/storage/v1/b/" + bucket + "/o/" + escaped(key) + "?alt=media"))
                .header("Accept-Encoding", "gzip")
                .build(),
            BodyHandlers.ofByteArray())
        .body();
  }

  private void notFound(HttpExchange exchange, String path)
      throws IOException, InterruptedException {
    String[] parts = path.substring(path.indexOf("/b/") + 3).split("/", 2);
    int status = client
        .send(
            HttpRequest.newBuilder(at("/storage/v1/b/" + parts[0])).build(),
            BodyHandlers.discarding())
        .statusCode();
    fail(
        exchange,
        404,
        "notFound",
        status == 404 ? "The specified bucket does not exist." : "No such object: " + parts[0]);
  }

  private static void fail(HttpExchange exchange, int status, String reason, String message)
      throws IOException {
    reply(
        exchange,
        status,
        ("{\"error\":{\"code\":" + status + ",\"message\":\"" + message
                + "\",\"errors\":[{\"reason\":\"" + reason + "\"}]}}")
            .getBytes(StandardCharsets.UTF_8));
  }

  private static void reply(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      exchange.getResponseBody().write(body);
    }
  }

  /** What the client sent; some send JSON packed. */
  private static byte[] body(HttpExchange exchange) throws IOException {
    InputStream in = exchange.getRequestBody();
    boolean packed = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
    return (packed ? new GZIPInputStream(in) : in).readAllBytes();
  }

  private URI at(String path) {
    return URI.create(backend + path);
  }

  private static Map<String, String> query(@Nullable String raw) {
    Map<String, String> query = new HashMap<>();
    if (raw != null) {
      // Clients also name what they have no value for.
      Arrays.stream(raw.split("&", -1)).filter(each -> !each.endsWith("=")).forEach(each -> {
        int cut = each.indexOf('=');
        query.put(
            decoded(cut < 0 ? each : each.substring(0, cut)),
            cut < 0 ? "" : URLDecoder.decode(each.substring(cut + 1), StandardCharsets.UTF_8));
      });
    }
    return query;
  }

  /** In a path a plus is a plus. */
  private static String decoded(String segment) {
    return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static String escaped(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static JsonObject json(byte[] body) {
    return JsonParser.parseString(new String(body, StandardCharsets.UTF_8)).getAsJsonObject();
  }

  private static String text(JsonObject object, String name) {
    return object.has(name) ? object.get(name).getAsString() : "";
  }
}

package dev.cove.storage.testkit.server;

import com.google.gson.JsonObject;
import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The fake behind {@link GcsFront}: what is asked of it, in its own words. */
final class GcsBackend {

  private static final List<String> ATTRIBUTES = List.of(
      "contentType",
      "contentEncoding",
      "contentDisposition",
      "contentLanguage",
      "cacheControl",
      "storageClass",
      "metadata");

  private final URI server;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  GcsBackend(URI server) {
    this.server = server;
  }

  <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler)
      throws IOException, InterruptedException {
    return client.send(request, handler);
  }

  HttpResponse<byte[]> insert(
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
            + (object.has("contentType")
                ? GcsExchange.text(object, "contentType")
                : "application/octet-stream")
            + "\r\n\r\n")
        .getBytes(StandardCharsets.UTF_8));
    body.writeBytes(bytes);
    body.writeBytes("\r\n--cut--\r\n".getBytes(StandardCharsets.UTF_8));
    String condition = generation == null ? "" : "&ifGenerationMatch=" + generation;
    return client.send(
        HttpRequest.newBuilder(at("/upload/storage/v1/b/" + bucket + "/o?uploadType=multipart&name="
                + GcsExchange.escaped(key) + condition))
            .header("Content-Type", "multipart/related; boundary=cut")
            .POST(BodyPublishers.ofByteArray(body.toByteArray()))
            .build(),
        BodyHandlers.ofByteArray());
  }

  /** What a client declares has no generation yet; what the server describes has one. */
  private static boolean generationless(JsonObject object) {
    return !object.has("generation");
  }

  @Nullable
  JsonObject meta(String bucket, String key) throws IOException, InterruptedException {
    HttpResponse<byte[]> answer = client.send(
        HttpRequest.newBuilder(at("/storage/v1/b/" + bucket + "/o/" + GcsExchange.escaped(key)))
            .build(),
        BodyHandlers.ofByteArray());
    return answer.statusCode() == 200 ? GcsExchange.json(answer.body()) : null;
  }

  byte[] media(String bucket, String key) throws IOException, InterruptedException {
    return client
        .send(
            HttpRequest.newBuilder(
                    at("/storage/v1/b/" + bucket + "/o/" + GcsExchange.escaped(key) + "?alt=media"))
                .header("Accept-Encoding", "gzip")
                .build(),
            BodyHandlers.ofByteArray())
        .body();
  }

  void notFound(HttpExchange exchange, String path) throws IOException, InterruptedException {
    String[] parts = path.substring(path.indexOf("/b/") + 3).split("/", 2);
    int status = client
        .send(
            HttpRequest.newBuilder(at("/storage/v1/b/" + parts[0])).build(),
            BodyHandlers.discarding())
        .statusCode();
    GcsExchange.fail(
        exchange,
        404,
        "notFound",
        status == 404 ? "The specified bucket does not exist." : "No such object: " + parts[0]);
  }

  URI at(String path) {
    return URI.create(server + path);
  }
}

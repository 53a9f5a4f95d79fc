package dev.cove.storage.testkit.server;

import com.google.gson.JsonObject;
import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Resumable uploads: what has come of each, and what is sent on when all has. */
final class GcsSessions {

  private static final int SESSION_UNIT = 256 << 10;

  private final GcsBackend backend;
  private final Map<String, Session> sessions = new ConcurrentHashMap<>();

  GcsSessions(GcsBackend backend) {
    this.backend = backend;
  }

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

  /** A request that begins, goes on with, asks after or ends an upload. */
  void handle(HttpExchange exchange, String method, String bucket, Map<String, String> query)
      throws IOException, InterruptedException {
    String id = query.get("upload_id");
    if (id == null) {
      JsonObject object = GcsExchange.json(GcsExchange.body(exchange));
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
      GcsExchange.fail(exchange, 404, "notFound", "No such upload.");
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
        GcsExchange.fail(exchange, 400, "invalid", "Bytes are missing before " + from);
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
      HttpResponse<byte[]> answer = backend.insert(
          session.bucket,
          GcsExchange.text(session.object, "name"),
          session.object,
          session.received.toByteArray(),
          session.condition);
      if (answer.statusCode() != 200) {
        GcsExchange.reply(exchange, answer.statusCode(), answer.body());
        return;
      }
      done = answer.body();
      session.answer = done;
    }
    if (done != null) {
      GcsExchange.reply(exchange, 200, done);
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
}

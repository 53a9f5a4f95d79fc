package dev.cove.storage.testkit.server;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** What requests of the JSON API hold and how they are answered. */
final class GcsExchange {

  private GcsExchange() {}

  static void fail(HttpExchange exchange, int status, String reason, String message)
      throws IOException {
    reply(
        exchange,
        status,
        ("{\"error\":{\"code\":" + status + ",\"message\":\"" + message
                + "\",\"errors\":[{\"reason\":\"" + reason + "\"}]}}")
            .getBytes(StandardCharsets.UTF_8));
  }

  static void reply(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      exchange.getResponseBody().write(body);
    }
  }

  /** What the client sent; some send JSON packed. */
  static byte[] body(HttpExchange exchange) throws IOException {
    InputStream in = exchange.getRequestBody();
    boolean packed = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
    return (packed ? new GZIPInputStream(in) : in).readAllBytes();
  }

  static Map<String, String> query(@Nullable String raw) {
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
  static String decoded(String segment) {
    return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  static String escaped(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  static JsonObject json(byte[] body) {
    return JsonParser.parseString(new String(body, StandardCharsets.UTF_8)).getAsJsonObject();
  }

  static String text(JsonObject object, String name) {
    return object.has(name) ? object.get(name).getAsString() : "";
  }
}

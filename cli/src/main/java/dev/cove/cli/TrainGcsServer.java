package dev.cove.cli;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * As much of Google's JSON API as one short mount asks for: objects of zeros, whose sizes it
 * remembers, in one bucket. What has changed shows by its generation only where it is new or gone.
 */
final class TrainGcsServer extends TrainEndpoint {
  private static final String OBJECTS = "/storage/v1/b/[^/]+/o";
  private static final Pattern OBJECT = Pattern.compile(
      "(?:/download)?" + OBJECTS + "/([^/]+)(?:/(compose|rewriteTo/b/[^/]+/o/(.+)))?");
  private static final Pattern NAME = Pattern.compile("\"name\":\"([^\"]*)\"");
  private static final Pattern CALL = Pattern.compile("(?i)content-id: *<?([^>\\s]+)");
  private static final String CUT = "cut";

  private final Map<String, Long> sizes = new TreeMap<>();

  TrainGcsServer(String key, long size) throws IOException {
    sizes.put(key, size);
    start();
  }

  @Override
  void answer(HttpExchange exchange) throws IOException {
    // Latin letters: one for each byte.
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1);
    URI asked = exchange.getRequestURI();
    String query = String.valueOf(asked.getRawQuery());
    Matcher object = OBJECT.matcher(asked.getRawPath());
    if (asked.getPath().startsWith("/upload/")) {
      upload(exchange, query, body);
    } else if (asked.getPath().startsWith("/batch/")) {
      batch(exchange, body);
    } else if (!object.matches()) {
      json(exchange, list(parameter(query, "prefix")));
    } else {
      object(exchange, query, body, object);
    }
  }

  private void upload(HttpExchange exchange, String query, String body) throws IOException {
    if (exchange.getRequestMethod().equals("PUT")) {
      stored(exchange, parameter(query, "upload_id"), body.length());
    } else if (query.contains("uploadType=resumable")) {
      String name = parameter(query, "name");
      exchange
          .getResponseHeaders()
          .add(
              "Location",
              endpoint() + "/upload/?upload_id=" + encoded(name.isEmpty() ? name(body, 0) : name));
      exchange.sendResponseHeaders(200, -1);
    } else {
      // Two parts: what it is, and its bytes.
      String blank = "\r\n\r\n";
      int bytes = body.indexOf(blank, body.indexOf(blank) + 1) + blank.length();
      stored(exchange, name(body, 0), body.lastIndexOf("\r\n--") - bytes);
    }
  }

  private void object(HttpExchange exchange, String query, String body, Matcher path)
      throws IOException {
    String key = decoded(path.group(1));
    String step = path.group(2);
    if (step == null) {
      plain(exchange, query, key);
    } else if (step.equals("compose")) {
      long size = 0;
      for (int at = body.indexOf("\"sourceObjects\"");
          (at = body.indexOf("\"name\"", at)) >= 0;
          at++) {
        size += sizes.getOrDefault(name(body, at), 0L);
      }
      stored(exchange, key, size);
    } else {
      String target = decoded(path.group(3));
      sizes.put(target, sizes.getOrDefault(key, 0L));
      json(exchange, "{\"done\":true,\"resource\":" + description(target) + "}");
    }
  }

  private void plain(HttpExchange exchange, String query, String key) throws IOException {
    Long size = sizes.get(key);
    if (size == null) {
      json(exchange, 404, "{\"error\":{\"code\":404,\"message\":\"No such object\"}}");
    } else if (exchange.getRequestMethod().equals("DELETE")) {
      sizes.remove(key);
      exchange.sendResponseHeaders(204, -1);
    } else if (query.contains("alt=media")) {
      deliver(exchange, size);
    } else {
      json(exchange, description(key));
    }
  }

  private static void deliver(HttpExchange exchange, long size) throws IOException {
    Headers answer = exchange.getResponseHeaders();
    answer.add("x-goog-generation", "1");
    answer.add("x-goog-metageneration", "1");
    answer.add("Last-Modified", "Wed, 01 Jan 2025 00:00:00 GMT");
    zeros(exchange, size);
  }

  private void stored(HttpExchange exchange, String key, long size) throws IOException {
    sizes.put(key, size);
    json(exchange, description(key));
  }

  /** Deletes, as many calls in one as were asked for. */
  private void batch(HttpExchange exchange, String body) throws IOException {
    Matcher deleted = Pattern.compile("DELETE \\S*/o/([^\\s?]+)").matcher(body);
    while (deleted.find()) {
      sizes.remove(decoded(deleted.group(1)));
    }
    StringBuilder answers = new StringBuilder();
    Matcher call = CALL.matcher(body);
    while (call.find()) {
      answers
          .append("--" + CUT + "\r\nContent-Type: application/http\r\nContent-ID: <response-")
          .append(call.group(1))
          .append(">\r\n\r\nHTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n\r\n");
    }
    byte[] bytes =
        answers.append("--" + CUT + "--\r\n").toString().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "multipart/mixed; boundary=" + CUT);
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private String list(String prefix) {
    StringBuilder items = new StringBuilder();
    for (String key : sizes.keySet()) {
      if (key.startsWith(prefix)) {
        items.append(items.isEmpty() ? "" : ",").append(description(key));
      }
    }
    return "{\"items\":[" + items + "]}";
  }

  private String description(String key) {
    return "{\"name\":\"" + key + "\",\"generation\":\"1\",\"metageneration\":\"1\",\"size\":\""
        + sizes.get(key) + "\",\"updated\":\"2025-01-01T00:00:00Z\",\"storageClass\":\"STANDARD\","
        + "\"metadata\":{\"mode\":\"33188\"}}";
  }

  private static String name(String body, int from) {
    Matcher name = NAME.matcher(body);
    return name.find(from) ? name.group(1) : "";
  }

  private static String parameter(String query, String name) {
    for (String each : query.split("&", -1)) {
      if (each.startsWith(name + "=")) {
        return decoded(each.substring(name.length() + 1));
      }
    }
    return "";
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static void json(HttpExchange exchange, String text) throws IOException {
    json(exchange, 200, text);
  }

  private static void json(HttpExchange exchange, int status, String text) throws IOException {
    reply(exchange, status, "application/json", text);
  }
}

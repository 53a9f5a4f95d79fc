package dev.cove.it.mount;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.Map;

/** The same objects, as Google's JSON API shows them. */
final class GcsEndlessBucket extends EndlessBucket {

  GcsEndlessBucket(int count) throws IOException {
    super(count);
  }

  @Override
  void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      // /storage/v1/b/BUCKET/o/KEY
      String[] path = exchange.getRequestURI().getPath().split("/", 7);
      Map<String, String> query = query(exchange.getRequestURI().getRawQuery());
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.getResponseHeaders().add("x-goog-generation", "7");
      exchange.getResponseHeaders().add("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT");
      if (path.length < 7) {
        requests.add("LIST");
        send(exchange, 200, list(query));
      } else if ("media".equals(query.get("alt"))) {
        requests.add("GET " + path[6]);
        exchange.getResponseHeaders().add("Content-Range", "bytes 0-0/1");
        send(exchange, 206, "x");
      } else {
        requests.add("HEAD " + path[6]);
        send(exchange, 200, object(path[6]));
      }
    }
  }

  private static String object(String key) {
    return "{\"name\":\"" + key + "\",\"size\":\"1\",\"generation\":\"7\","
        + "\"updated\":\"2026-01-01T00:00:00.000Z\"}";
  }

  private String list(Map<String, String> query) {
    String prefix = query.getOrDefault("prefix", "");
    if (query.containsKey("delimiter") && FOLDER.startsWith(prefix) && !prefix.equals(FOLDER)) {
      return "{\"prefixes\":[\"" + FOLDER + "\"]}";
    }
    int max = Integer.parseInt(query.getOrDefault("maxResults", "1000"));
    int number = Integer.parseInt(query.getOrDefault("pageToken", "0"));
    StringBuilder items = new StringBuilder();
    for (int found = 0; number < count && found < max; number++) {
      if (key(number).startsWith(prefix)) {
        items.append(found++ == 0 ? "" : ",").append(object(key(number)));
      }
    }
    String next = number < count ? "\"nextPageToken\":\"" + number + "\"," : "";
    return "{" + next + "\"items\":[" + items + "]}";
  }
}

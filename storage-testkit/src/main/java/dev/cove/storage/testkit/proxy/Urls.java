package dev.cove.storage.testkit.proxy;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Takes request targets apart. */
final class Urls {
  private Urls() {}

  /** Undoes percent escapes; a plus in a path is a plus. */
  static String decode(String escaped) {
    return QueryStringDecoder.decodeComponent(escaped.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /** The first value of each parameter. */
  static Map<String, String> query(String raw) {
    Map<String, String> query = new LinkedHashMap<>();
    new QueryStringDecoder(raw, false)
        .parameters()
        .forEach((name, values) -> query.put(name, values.get(0)));
    return query;
  }

  /** What stands between the slashes of a path, decoded one by one. */
  static List<String> segments(String path) {
    return Arrays.stream(path.substring(Math.min(1, path.length())).split("/", -1))
        .map(Urls::decode)
        .toList();
  }

  /** The rest of {@code /bucket/key}, decoded; empty for the bucket itself. */
  static String keyBehindBucket(String path) {
    int slash = path.indexOf('/', Math.min(1, path.length()));
    return slash < 0 ? "" : decode(path.substring(slash + 1));
  }
}

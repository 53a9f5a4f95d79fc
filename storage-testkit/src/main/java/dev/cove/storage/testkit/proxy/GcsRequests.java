package dev.cove.storage.testkit.proxy;

import static dev.cove.storage.StoreOperation.COPY;
import static dev.cove.storage.StoreOperation.CREATE_UPLOAD;
import static dev.cove.storage.StoreOperation.DELETE;
import static dev.cove.storage.StoreOperation.GET;
import static dev.cove.storage.StoreOperation.HEAD;
import static dev.cove.storage.StoreOperation.LIST;
import static dev.cove.storage.StoreOperation.PUT;
import static dev.cove.storage.StoreOperation.UPLOAD_PART;

import dev.cove.storage.testkit.proxy.ProxyRequest.Meaning;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Reads requests to the JSON API of GCS, where a key is one escaped segment of the path. */
final class GcsRequests {
  private static final String API = "storage";

  private GcsRequests() {}

  static boolean isGcs(List<String> segments) {
    return segments.contains("v1")
        && segments.indexOf("v1") > 0
        && segments.get(segments.indexOf("v1") - 1).equals(API);
  }

  static @Nullable Meaning meaning(
      String method,
      List<String> segments,
      Map<String, String> query,
      UnaryOperator<@Nullable String> headers) {
    int objects = segments.indexOf("o");
    if (objects < 0) {
      return null;
    }
    boolean upload = segments.get(0).equals("upload");
    if (segments.size() == objects + 1) {
      return upload ? sent(method, query) : listed(method, query);
    }
    String key = segments.get(objects + 1);
    if (segments.size() > objects + 2) {
      boolean copies = List.of("rewriteTo", "copyTo").contains(segments.get(objects + 2));
      return copies ? new Meaning(COPY, key, " -> " + segments.get(segments.size() - 1)) : null;
    }
    return switch (method) {
      case "GET" ->
        segments.get(0).equals("download") || "media".equals(query.get("alt"))
            ? new Meaning(GET, key, Meaning.range(headers.apply("Range")))
            : new Meaning(HEAD, key, "");
      case "DELETE" -> new Meaning(DELETE, key, "");
      default -> null;
    };
  }

  private static @Nullable Meaning listed(String method, Map<String, String> query) {
    return method.equals("GET")
        ? new Meaning(
            LIST,
            query.getOrDefault("prefix", ""),
            Meaning.list(
                query.get("delimiter"),
                query.get("maxResults"),
                query.get("pageToken"),
                query.get("startOffset")))
        : null;
  }

  private static @Nullable Meaning sent(String method, Map<String, String> query) {
    // The name of a multipart put and of a resumable one may stand in the body only.
    String key = query.getOrDefault("name", "");
    if (method.equals("PUT")) {
      return new Meaning(UPLOAD_PART, key, "");
    }
    return new Meaning("resumable".equals(query.get("uploadType")) ? CREATE_UPLOAD : PUT, key, "");
  }
}

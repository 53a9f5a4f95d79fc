package dev.cove.storage.testkit.proxy;

import static dev.cove.storage.StoreOperation.ABORT;
import static dev.cove.storage.StoreOperation.COMPLETE;
import static dev.cove.storage.StoreOperation.COPY;
import static dev.cove.storage.StoreOperation.COPY_PART;
import static dev.cove.storage.StoreOperation.CREATE_UPLOAD;
import static dev.cove.storage.StoreOperation.DELETE;
import static dev.cove.storage.StoreOperation.DELETE_ALL;
import static dev.cove.storage.StoreOperation.GET;
import static dev.cove.storage.StoreOperation.HEAD;
import static dev.cove.storage.StoreOperation.LIST;
import static dev.cove.storage.StoreOperation.LIST_PARTS;
import static dev.cove.storage.StoreOperation.LIST_UPLOADS;
import static dev.cove.storage.StoreOperation.PUT;
import static dev.cove.storage.StoreOperation.TAGS;
import static dev.cove.storage.StoreOperation.UPLOAD_PART;

import dev.cove.storage.testkit.proxy.ProxyRequest.Meaning;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Reads S3 requests that address the bucket by path. */
final class S3Requests {
  private S3Requests() {}

  static @Nullable Meaning meaning(
      String method,
      String path,
      Map<String, String> query,
      UnaryOperator<@Nullable String> headers) {
    String key = Urls.keyBehindBucket(path);
    if (key.isEmpty()) {
      return ofBucket(method, query);
    }
    return switch (method) {
      case "HEAD" -> new Meaning(HEAD, key, "");
      case "GET" -> get(key, query, headers);
      case "PUT" -> put(key, query, headers);
      case "POST" -> post(key, query);
      case "DELETE" ->
        query.containsKey("tagging")
            ? null
            : new Meaning(query.containsKey("uploadId") ? ABORT : DELETE, key, "");
      default -> null;
    };
  }

  private static @Nullable Meaning ofBucket(String method, Map<String, String> query) {
    String prefix = query.getOrDefault("prefix", "");
    if (method.equals("POST") && query.containsKey("delete")) {
      return new Meaning(DELETE_ALL, "", "");
    } else if (method.equals("GET") && query.containsKey("uploads")) {
      return new Meaning(LIST_UPLOADS, prefix, "");
    } else if (method.equals("GET") && query.containsKey("list-type")) {
      String details = Meaning.list(
          query.get("delimiter"),
          query.get("max-keys"),
          query.get("continuation-token"),
          query.get("start-after"));
      return new Meaning(LIST, prefix, details);
    }
    return null;
  }

  private static @Nullable Meaning get(
      String key, Map<String, String> query, UnaryOperator<@Nullable String> headers) {
    if (query.containsKey("uploadId")) {
      return new Meaning(LIST_PARTS, key, "");
    } else if (query.containsKey("tagging")) {
      return new Meaning(TAGS, key, "");
    }
    return query.containsKey("acl") || query.containsKey("attributes")
        ? null
        : new Meaning(GET, key, Meaning.range(headers.apply("Range")));
  }

  private static @Nullable Meaning put(
      String key, Map<String, String> query, UnaryOperator<@Nullable String> headers) {
    String copied = headers.apply("x-amz-copy-source");
    String source = copied == null ? null : source(copied);
    String part = query.get("partNumber");
    if (part != null) {
      return source == null
          ? new Meaning(UPLOAD_PART, key, " " + part)
          : new Meaning(
              COPY_PART,
              key,
              " " + part + " <- " + source
                  + Meaning.range(headers.apply("x-amz-copy-source-range")));
    } else if (source != null) {
      return new Meaning(COPY, source, " -> " + key);
    }
    return query.containsKey("tagging") || query.containsKey("acl")
        ? null
        : new Meaning(PUT, key, "");
  }

  private static @Nullable Meaning post(String key, Map<String, String> query) {
    if (query.containsKey("uploads")) {
      return new Meaning(CREATE_UPLOAD, key, "");
    }
    return query.containsKey("uploadId") ? new Meaning(COMPLETE, key, "") : null;
  }

  private static String source(String header) {
    String path = header.startsWith("/") ? header : "/" + header;
    int version = path.indexOf("?versionId=");
    return Urls.keyBehindBucket(version < 0 ? path : path.substring(0, version));
  }
}

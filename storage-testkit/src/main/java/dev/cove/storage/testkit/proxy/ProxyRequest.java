package dev.cove.storage.testkit.proxy;

import dev.cove.storage.StoreOperation;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP request as it came by. Its text is the line that a store's call has too, see {@link
 * dev.cove.storage.StoreCall}: {@code GET a 0-1023}, {@code PART a 1}; of requests that no call of a
 * store makes, method and target: {@code GET /bucket?location}. The count of a batch delete is in its
 * body and not in its line: {@code DELETE-ALL}.
 *
 * @param operation the store's call this request is for; null where it is for none
 * @param key the object's key, the prefix of a list; null where there is neither
 * @param query the decoded parameters, those without a value with an empty one
 * @param headers the names of all its headers, in lower case
 * @param line what stands in a record of requests
 */
public record ProxyRequest(
    String method,
    String target,
    @Nullable StoreOperation operation,
    @Nullable String key,
    Map<String, String> query,
    Set<String> headers,
    String line) {

  /** Understands path-style S3 and the JSON API of GCS. */
  static ProxyRequest of(
      String method, String target, Set<String> names, UnaryOperator<@Nullable String> headers) {
    int mark = target.indexOf('?');
    String path = mark < 0 ? target : target.substring(0, mark);
    Map<String, String> query = Urls.query(mark < 0 ? "" : target.substring(mark + 1));
    List<String> segments = Urls.segments(path);
    Meaning meaning = GcsRequests.isGcs(segments)
        ? GcsRequests.meaning(method, segments, query, headers)
        : S3Requests.meaning(method, path, query, headers);
    return meaning == null
        ? new ProxyRequest(method, target, null, null, query, names, method + " " + target)
        : new ProxyRequest(
            method, target, meaning.operation(), meaning.key(), query, names, meaning.line());
  }

  @Override
  public String toString() {
    return line;
  }

  /** What a request is for, in a store's words. */
  record Meaning(StoreOperation operation, String key, String details) {
    String line() {
      String name = key.isEmpty() ? "\"\"" : key;
      return operation == StoreOperation.DELETE_ALL
          ? operation.label()
          : operation.label() + " " + name + details;
    }

    static String list(
        @Nullable String delimiter,
        @Nullable String limit,
        @Nullable String token,
        @Nullable String after) {
      return (delimiter == null || delimiter.isEmpty() ? "" : " " + delimiter)
          + (limit == null || limit.equals("1000") ? "" : " limit " + limit)
          + (token != null ? " next" : after != null ? " after " + after : "");
    }

    static String range(@Nullable String header) {
      return header == null ? "" : " " + header.replace("bytes=", "");
    }
  }
}

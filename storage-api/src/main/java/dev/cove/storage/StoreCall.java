package dev.cove.storage;

import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;

/**
 * One call of an {@link ObjectStore}: which operation, on which keys. Its text is one readable line
 * without content, metadata or credentials: {@code GET a 0-1023}, {@code LIST a/ /}, {@code PART a
 * 1}, {@code PART-COPY a 1 <- b 0-99}, {@code COPY a -> b}, {@code DELETE-ALL 3}. An empty prefix
 * is written {@code ""}.
 */
public final class StoreCall {
  private final StoreOperation operation;
  private final Collection<String> keys;
  private final long payload;
  private final Supplier<String> text;

  private StoreCall(
      StoreOperation operation, Collection<String> keys, long payload, Supplier<String> text) {
    this.operation = operation;
    this.keys = keys;
    this.payload = payload;
    this.text = text;
  }

  public static StoreCall of(StoreOperation operation, String key) {
    return new StoreCall(operation, List.of(key), 0, () -> named(key));
  }

  public static StoreCall get(GetRequest request) {
    ByteRange range = request.range();
    return new StoreCall(
        StoreOperation.GET,
        List.of(request.key()),
        0,
        () -> request.key() + (range == null ? "" : " " + span(range)));
  }

  public static StoreCall list(ListRequest request) {
    return new StoreCall(
        StoreOperation.LIST, List.of(request.prefix()), 0, () -> describe(request));
  }

  public static StoreCall put(String key, Content content) {
    return new StoreCall(StoreOperation.PUT, List.of(key), content.size(), () -> key);
  }

  public static StoreCall part(Upload upload, int number, Content content) {
    return new StoreCall(
        StoreOperation.UPLOAD_PART,
        List.of(upload.key()),
        content.size(),
        () -> upload.key() + " " + number);
  }

  public static StoreCall partCopy(Upload upload, int number, String sourceKey, ByteRange range) {
    return new StoreCall(
        StoreOperation.COPY_PART,
        List.of(upload.key(), sourceKey),
        0,
        () -> upload.key() + " " + number + " <- " + sourceKey + " " + span(range));
  }

  public static StoreCall copy(CopyRequest request) {
    return new StoreCall(
        StoreOperation.COPY,
        List.of(request.source(), request.target()),
        0,
        () -> request.source() + " -> " + request.target());
  }

  public static StoreCall deleteAll(Collection<String> keys) {
    return new StoreCall(StoreOperation.DELETE_ALL, keys, 0, () -> String.valueOf(keys.size()));
  }

  public StoreOperation operation() {
    return operation;
  }

  /** Every key the call names, source and target alike; the prefix of a list. */
  public Collection<String> keys() {
    return keys;
  }

  /** Bytes of content the call sends. */
  public long payload() {
    return payload;
  }

  @Override
  public String toString() {
    return operation.label() + " " + text.get();
  }

  private static String describe(ListRequest request) {
    StringBuilder line = new StringBuilder(named(request.prefix()));
    if (request.delimiter() != null) {
      line.append(' ').append(request.delimiter());
    }
    if (request.maxKeys() != ListRequest.MAX_KEYS) {
      line.append(" limit ").append(request.maxKeys());
    }
    if (request.pageToken() != null) {
      line.append(" next");
    } else if (request.startAfter() != null) {
      line.append(" after ").append(request.startAfter());
    }
    return line.toString();
  }

  private static String named(String key) {
    return key.isEmpty() ? "\"\"" : key;
  }

  private static String span(ByteRange range) {
    return range.offset() + "-" + (range.end() - 1);
  }
}

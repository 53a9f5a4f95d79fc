package dev.cove.storage;

import org.jspecify.annotations.Nullable;

/** The HTTP headers stored with an object; null means the object has no such header. */
public record ContentHeaders(
    @Nullable String contentType,
    @Nullable String contentEncoding,
    @Nullable String contentDisposition,
    @Nullable String contentLanguage,
    @Nullable String cacheControl) {

  public static final ContentHeaders NONE = new ContentHeaders(null, null, null, null, null);

  public static ContentHeaders ofType(String contentType) {
    return new ContentHeaders(contentType, null, null, null, null);
  }
}

package dev.cove.gcs;

import java.io.InputStream;
import org.apache.hc.core5.http.io.entity.AbstractHttpEntity;
import org.jspecify.annotations.Nullable;

/** The body of a request, which is written from its start each time it is sent, and never read. */
abstract class WrittenEntity extends AbstractHttpEntity {
  private final long length;

  /** @param length -1 where it is not known */
  WrittenEntity(@Nullable String contentType, @Nullable String contentEncoding, long length) {
    super(contentType, contentEncoding, length < 0);
    this.length = length;
  }

  @Override
  public final InputStream getContent() {
    throw new UnsupportedOperationException("bodies are written, not read");
  }

  @Override
  public final long getContentLength() {
    return length;
  }

  @Override
  public final boolean isRepeatable() {
    return true;
  }

  @Override
  public final boolean isStreaming() {
    return false;
  }

  @Override
  public final void close() {}
}

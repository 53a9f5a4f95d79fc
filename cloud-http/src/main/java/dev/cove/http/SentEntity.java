package dev.cove.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Set;
import org.apache.hc.core5.function.Supplier;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request, sent from its start each time and in large pieces: the library's own entity
 * hands 4 KiB at a time to the socket.
 *
 * @param content null for an empty body
 * @param length -1 where it is not known, and the body is sent in chunks
 */
public record SentEntity(@Nullable Source content, long length) implements HttpEntity {

  /** Opens the bytes to send, from their start each time. */
  public interface Source {
    InputStream open() throws IOException;
  }

  @Override
  public boolean isRepeatable() {
    return true;
  }

  @Override
  public InputStream getContent() throws IOException {
    return content == null ? InputStream.nullInputStream() : content.open();
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    byte[] piece = Scratch.mine().array();
    try (InputStream in = getContent()) {
      long left = length < 0 ? Long.MAX_VALUE : length;
      while (left > 0) {
        int count = in.read(piece, 0, (int) Math.min(left, piece.length));
        if (count < 0) {
          break;
        }
        out.write(piece, 0, count);
        left -= count;
      }
      if (length >= 0 && left > 0) {
        throw new IOException("the bytes to send end " + left + " early");
      }
    }
  }

  @Override
  public boolean isStreaming() {
    return false;
  }

  @Override
  public @Nullable Supplier<List<? extends Header>> getTrailers() {
    return null;
  }

  @Override
  public long getContentLength() {
    return length;
  }

  @Override
  public @Nullable String getContentType() {
    return null;
  }

  @Override
  public @Nullable String getContentEncoding() {
    return null;
  }

  @Override
  public boolean isChunked() {
    return length < 0;
  }

  @Override
  public Set<String> getTrailerNames() {
    return Set.of();
  }

  @Override
  public void close() {}
}

package dev.cove.volume.chunk;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** A SHA-256, which names bytes by what they are. */
public record Hash(long a, long b, long c, long d) {
  public static final int BYTES = 32;

  // One digest for each thread: making one costs as much as hashing a kilobyte.
  private static final ThreadLocal<MessageDigest> SHA_256 = ThreadLocal.withInitial(() -> {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  });

  public static Hash of(byte[] bytes) {
    return of(bytes, 0, bytes.length);
  }

  public static Hash of(byte[] bytes, int offset, int length) {
    MessageDigest digest = SHA_256.get();
    digest.reset();
    digest.update(bytes, offset, length);
    ByteBuffer sum = ByteBuffer.wrap(digest.digest());
    return new Hash(sum.getLong(), sum.getLong(), sum.getLong(), sum.getLong());
  }

  // Written out, as in BlobRef and PackId: what records have of themselves is put together when it
  // is first called, which takes a command of a second some 30 ms.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Hash hash && a == hash.a && b == hash.b && c == hash.c && d == hash.d;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(a);
  }

  /** In hexadecimal. */
  @Override
  public String toString() {
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(a) + hex.toHexDigits(b) + hex.toHexDigits(c) + hex.toHexDigits(d);
  }
}

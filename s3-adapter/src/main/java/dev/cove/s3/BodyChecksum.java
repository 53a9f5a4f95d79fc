package dev.cove.s3;

import dev.cove.http.StreamedBody;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.ChecksumType;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * Compares a whole object with the checksum the server sends along. Checksums of a multipart
 * object's parts ("composite") say nothing about the bytes in a row, and CRC64NVME is not among what
 * the JDK computes: those are not checked.
 */
final class BodyChecksum implements StreamedBody.Checksum {

  /** Takes bytes and tells their checksum. */
  private interface Sum {
    void update(ByteBuffer bytes);

    byte[] value();
  }

  private final Sum sum;
  private final byte[] expected;

  private BodyChecksum(Sum sum, byte[] expected) {
    this.sum = sum;
    this.expected = expected;
  }

  /** Null where the answer carries no checksum that can be compared. */
  static @Nullable BodyChecksum of(GetObjectResponse answer) {
    if (answer.checksumType() == ChecksumType.COMPOSITE) {
      return null;
    }
    if (answer.checksumCRC32C() != null) {
      return of(new Crc(new CRC32C()), answer.checksumCRC32C());
    }
    if (answer.checksumCRC32() != null) {
      return of(new Crc(new CRC32()), answer.checksumCRC32());
    }
    if (answer.checksumSHA256() != null) {
      return of(digest("SHA-256"), answer.checksumSHA256());
    }
    if (answer.checksumSHA1() != null) {
      return of(digest("SHA-1"), answer.checksumSHA1());
    }
    return null;
  }

  @Override
  public void update(ByteBuffer bytes) {
    sum.update(bytes);
  }

  @Override
  public boolean holds() {
    return Arrays.equals(sum.value(), expected);
  }

  private static @Nullable BodyChecksum of(Sum sum, String base64) {
    try {
      return new BodyChecksum(sum, Base64.getDecoder().decode(base64));
    } catch (IllegalArgumentException e) {
      // A composite checksum ends in "-" and the number of parts, also where no type is named.
      return null;
    }
  }

  private static Sum digest(String algorithm) {
    try {
      return new Digest(MessageDigest.getInstance(algorithm));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private record Crc(Checksum crc) implements Sum {
    @Override
    public void update(ByteBuffer bytes) {
      crc.update(bytes);
    }

    @Override
    public byte[] value() {
      return ByteBuffer.allocate(4).putInt((int) crc.getValue()).array();
    }
  }

  private record Digest(MessageDigest digest) implements Sum {
    @Override
    public void update(ByteBuffer bytes) {
      digest.update(bytes);
    }

    @Override
    public byte[] value() {
      return digest.digest();
    }
  }
}

package dev.cove.gcs;

import dev.cove.http.StreamedBody;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Compares a whole object with the checksum the server sends along. */
final class WholeCrc32c implements StreamedBody.Checksum {

  private static final String NAME = "crc32c=";

  private final CRC32C crc = new CRC32C();
  private final byte[] expected;

  private WholeCrc32c(byte[] expected) {
    this.expected = expected;
  }

  /** @param hashes as the server names them, with commas; null where none is of a kind that is checked */
  static @Nullable WholeCrc32c of(String hashes) {
    for (String hash : hashes.split(",", -1)) {
      if (hash.strip().startsWith(NAME)) {
        try {
          return new WholeCrc32c(Base64.getDecoder().decode(hash.strip().substring(NAME.length())));
        } catch (IllegalArgumentException e) {
          return null;
        }
      }
    }
    return null;
  }

  @Override
  public void update(ByteBuffer bytes) {
    crc.update(bytes);
  }

  @Override
  public boolean holds() {
    return Arrays.equals(
        ByteBuffer.allocate(Integer.BYTES).putInt((int) crc.getValue()).array(), expected);
  }
}

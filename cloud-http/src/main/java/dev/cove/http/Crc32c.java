package dev.cove.http;

import dev.cove.storage.Content;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.OptionalInt;
import java.util.zip.CRC32C;

/**
 * The checksum sent with uploads. Of the algorithms S3 knows, the JDK computes CRC32 and CRC32C in
 * machine instructions (0.04 s per GB, a fifteenth of SHA-256); CRC64NVME needs a native library.
 */
public final class Crc32c {

  private Crc32c() {}

  /** As S3 and GCS write it: base64 of four bytes, most significant first. */
  public static String of(Content content) throws IOException {
    OptionalInt known = content.crc32c();
    return base64(known.isPresent() ? known.getAsInt() : read(content));
  }

  private static int read(Content content) throws IOException {
    CRC32C crc = new CRC32C();
    byte[] scratch = Scratch.mine().array();
    try (InputStream in = content.open()) {
      for (int count = in.read(scratch); count >= 0; count = in.read(scratch)) {
        crc.update(scratch, 0, count);
      }
    }
    return (int) crc.getValue();
  }

  public static String base64(int checksum) {
    return Base64.getEncoder()
        .encodeToString(ByteBuffer.allocate(4).putInt(checksum).array());
  }
}

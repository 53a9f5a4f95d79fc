package dev.cove.gcs;

import com.google.api.services.storage.model.StorageObject;
import dev.cove.http.Crc32c;
import dev.cove.storage.Crc32cSums;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the checksum of an object must be that is composed of others, from what the server says of those. */
final class ComposedCrc32c {
  private ComposedCrc32c() {}

  /**
   * As the server would write it.
   *
   * @param parts in their order; a part that stands for another object says so in its metadata
   * @return null where the checksum of a part is not known
   */
  static @Nullable String of(List<StorageObject> parts) {
    int sum = 0;
    for (StorageObject part : parts) {
      Map<String, String> noted = part.getMetadata();
      boolean elsewhere = noted != null && noted.containsKey(GcsUploads.SOURCE);
      String named = elsewhere ? noted.get(GcsUploads.SOURCE_CRC32C) : part.getCrc32c();
      if (named == null) {
        return null;
      }
      long size = elsewhere
          ? Long.parseLong(noted.get(GcsUploads.SOURCE_SIZE))
          : part.getSize().longValueExact();
      sum = Crc32cSums.append(sum, number(named), Crc32cSums.shift(size));
    }
    return Crc32c.base64(sum);
  }

  private static int number(String base64) {
    return ByteBuffer.wrap(Base64.getDecoder().decode(base64)).getInt();
  }
}

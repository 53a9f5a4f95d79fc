package dev.cove.storage.testkit;

import static dev.cove.storage.StorageException.Kind.CORRUPT;
import static dev.cove.storage.StorageException.Kind.INVALID;

import dev.cove.storage.Capabilities;
import dev.cove.storage.Content;
import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.StorageException;
import dev.cove.storage.WriteOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.zip.CRC32C;

/** What a real store would refuse. */
final class MemoryLimits {
  private static final int MAX_KEY_BYTES = 1_024;
  // 2 KiB: S3's limit for all user metadata of an object.
  private static final int MAX_METADATA_BYTES = 2_048;

  private MemoryLimits() {}

  static void checkKey(String key) throws StorageException {
    try {
      ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(key));
      if (bytes.remaining() == 0 || bytes.remaining() > MAX_KEY_BYTES) {
        throw new StorageException(INVALID, "a key has 1 to 1,024 bytes, not " + bytes.remaining());
      }
    } catch (CharacterCodingException e) {
      throw new StorageException(INVALID, "a key is valid UTF-8, this one is not: " + key, e);
    }
  }

  static void checkOptions(WriteOptions options, Capabilities capabilities)
      throws StorageException {
    checkMetadata(options.attributes());
    if (!options.tags().isEmpty() && !capabilities.tags()) {
      throw new StorageException(StorageException.Kind.UNSUPPORTED, "this store has no tags");
    }
  }

  static void checkMetadata(ObjectAttributes attributes) throws StorageException {
    int size = 0;
    for (Map.Entry<String, String> entry : attributes.metadata().entrySet()) {
      if (!entry.getKey().equals(entry.getKey().toLowerCase(Locale.ROOT))) {
        throw new StorageException(INVALID, "metadata keys are lower case, not " + entry.getKey());
      }
      size += utf8Length(entry.getKey()) + utf8Length(entry.getValue());
    }
    if (size > MAX_METADATA_BYTES) {
      throw new StorageException(
          INVALID, "metadata of " + size + " bytes, more than " + MAX_METADATA_BYTES);
    }
  }

  private static int utf8Length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /** Reads all of it, before any lock is taken: content may be slow or call back. */
  static byte[] read(Content content, String what, long limit) throws StorageException {
    if (content.size() > limit) {
      throw new StorageException(
          INVALID, what + " has at most " + limit + " bytes, not " + content.size());
    }
    OptionalInt stated = content.crc32c();
    try (InputStream stream = content.open()) {
      byte[] bytes = stream.readNBytes(Math.toIntExact(content.size()));
      if (bytes.length < content.size() || stream.read() >= 0) {
        throw new StorageException(
            INVALID, what + " does not have the " + content.size() + " bytes it said");
      }
      if (stated.isPresent() && stated.getAsInt() != crc32c(bytes)) {
        throw new StorageException(CORRUPT, what + " does not have the checksum it said");
      }
      return bytes;
    } catch (StorageException e) {
      throw e;
    } catch (IOException e) {
      throw new StorageException(
          INVALID, "the content of " + what + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static int crc32c(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }
}

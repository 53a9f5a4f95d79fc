package dev.cove.directory;

import dev.cove.storage.ContentHeaders;
import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.Version;
import dev.cove.storage.WriteOptions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * What stands behind an object's bytes in the same file: its version, headers, metadata and tags. In one file with the bytes
 * they cannot part, whatever crashes, copies or restores happen; and a version drawn at random for each write needs no
 * clock, no counter and no inode number, none of which is unique for long.
 *
 * <p>Format, numbers big-endian: the label; its CRC-32, four bytes; its length, four bytes; {@link #MAGIC}, eight bytes.
 */
record Label(Version version, ObjectAttributes attributes, Map<String, String> tags) {
  private static final long MAGIC = 0x434f_5645_4f42_4a31L; // "COVEOBJ1"
  private static final int END = 16;
  // 512: one read takes in the labels of nearly all objects.
  private static final int GUESS = 512;
  // 2 KiB: what S3 and GCS allow too.
  private static final int MAX_METADATA_BYTES = 2_048;

  /** A label with a version that no other write has. */
  static Label fresh(ObjectAttributes attributes, Map<String, String> tags) {
    String version = UUID.randomUUID().toString().replace("-", "");
    return new Label(new Version(version), attributes, tags);
  }

  static Label fresh(WriteOptions options) throws StorageException {
    if (options.storageClass() != null) {
      throw new StorageException(Kind.UNSUPPORTED, "a directory has no storage classes");
    }
    check(options.attributes());
    return fresh(options.attributes(), options.tags());
  }

  static void check(ObjectAttributes attributes) throws StorageException {
    if (attributes.encryption() != null) {
      throw new StorageException(Kind.UNSUPPORTED, "a directory does not encrypt");
    }
    int size = 0;
    for (Map.Entry<String, String> entry : attributes.metadata().entrySet()) {
      if (!entry.getKey().equals(entry.getKey().toLowerCase(Locale.ROOT))) {
        throw new StorageException(
            Kind.INVALID, "metadata keys are lower case, not " + entry.getKey());
      }
      size += entry.getKey().length() + entry.getValue().length();
    }
    if (size > MAX_METADATA_BYTES) {
      throw new StorageException(
          Kind.INVALID, "metadata of " + size + " characters, more than " + MAX_METADATA_BYTES);
    }
  }

  ByteBuffer encode() throws StorageException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeUTF(version.value());
      ContentHeaders headers = attributes.headers();
      writeOptional(out, headers.contentType());
      writeOptional(out, headers.contentEncoding());
      writeOptional(out, headers.contentDisposition());
      writeOptional(out, headers.contentLanguage());
      writeOptional(out, headers.cacheControl());
      writeMap(out, attributes.metadata());
      writeMap(out, tags);
    } catch (IOException e) {
      throw new StorageException(Kind.INVALID, "a header or tag is too long: " + e.getMessage(), e);
    }
    byte[] label = bytes.toByteArray();
    return ByteBuffer.allocate(label.length + END)
        .put(label)
        .putInt(checksum(label))
        .putInt(label.length)
        .putLong(MAGIC)
        .flip();
  }

  /** A label, and how many bytes of its file are the object's. */
  record Found(Label label, long size) {}

  /** What the end of the file says; null when it is damaged or not one of this store's files. */
  static @Nullable Found read(FileChannel file) throws IOException {
    long size = file.size();
    ByteBuffer tail = readEnd(file, size, GUESS);
    if (tail.remaining() < END) {
      return null;
    }
    int end = tail.limit() - END;
    int length = tail.getInt(end + 4);
    if (tail.getLong(end + 8) != MAGIC || length < 0 || length > size - END) {
      return null;
    }
    if (length > end) {
      tail = readEnd(file, size, length + END);
      end = tail.limit() - END;
    }
    byte[] bytes = new byte[length];
    tail.get(end - length, bytes);
    if (tail.getInt(end) != checksum(bytes)) {
      return null;
    }
    return new Found(decode(bytes), size - END - length);
  }

  private static ByteBuffer readEnd(FileChannel file, long size, int most) throws IOException {
    ByteBuffer end = ByteBuffer.allocate((int) Math.min(size, most));
    long from = size - end.capacity();
    while (end.hasRemaining() && file.read(end, from + end.position()) >= 0) {}
    return end.flip();
  }

  private static Label decode(byte[] bytes) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    Version version = new Version(in.readUTF());
    ContentHeaders headers = new ContentHeaders(
        readOptional(in), readOptional(in), readOptional(in), readOptional(in), readOptional(in));
    return new Label(version, new ObjectAttributes(headers, readMap(in), null), readMap(in));
  }

  private static int checksum(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  private static void writeOptional(DataOutputStream out, @Nullable String text)
      throws IOException {
    out.writeBoolean(text != null);
    if (text != null) {
      out.writeUTF(text);
    }
  }

  private static @Nullable String readOptional(DataInputStream in) throws IOException {
    return in.readBoolean() ? in.readUTF() : null;
  }

  private static void writeMap(DataOutputStream out, Map<String, String> map) throws IOException {
    out.writeInt(map.size());
    for (Map.Entry<String, String> entry : map.entrySet()) {
      out.writeUTF(entry.getKey());
      out.writeUTF(entry.getValue());
    }
  }

  private static Map<String, String> readMap(DataInputStream in) throws IOException {
    Map<String, String> map = new TreeMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      map.put(in.readUTF(), in.readUTF());
    }
    return Map.copyOf(map);
  }
}

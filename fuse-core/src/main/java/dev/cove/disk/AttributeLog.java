package dev.cove.disk;

import dev.cove.storage.ContentHeaders;
import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.ObjectAttributes.Encryption;
import dev.cove.storage.Version;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What HEADs said of objects, in a file that is added to at its end. What follows the first record
 * that is not whole counts as never written.
 */
public final class AttributeLog {
  private static final Logger log = LoggerFactory.getLogger(AttributeLog.class);

  /** As many as are remembered in memory. */
  private static final int MOST = 200_000;

  /** Records that say what later ones say again are tolerated up to this many. */
  private static final int SPARE = 1_000;

  // A key, headers and the 2 KiB of metadata that stores allow, with room.
  private static final int LONGEST = 64 << 10;
  private static final int FRAME = 2 * Integer.BYTES;

  private final Path file;
  private final WriteBehind writer;

  /**
   * One state of an object and its attributes: on S3 the latter change without the version.
   *
   * @param modifiedSecond LastModified in seconds since 1970, which every answer of a store carries
   */
  public record State(String key, Version version, long modifiedSecond) {}

  AttributeLog(Path file, WriteBehind writer) {
    this.file = file;
    this.writer = writer;
  }

  /** All that is kept. To be called once, before anything is added. */
  public Map<State, ObjectAttributes> load() {
    Map<State, ObjectAttributes> all = new LinkedHashMap<>();
    try {
      if (isToBeRewritten(all)) {
        rewrite(all);
      }
    } catch (NoSuchFileException none) {
      // Nothing was kept yet.
    } catch (IOException e) {
      log.warn("remembered attributes cannot be used: {}", e.toString());
    }
    return all;
  }

  private boolean isToBeRewritten(Map<State, ObjectAttributes> all) throws IOException {
    long whole = 0;
    int records = 0;
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
      while (true) {
        int length = in.readInt();
        int sum = in.readInt();
        if (length < 0 || length > LONGEST) {
          break;
        }
        byte[] record = in.readNBytes(length);
        if (record.length < length || checksum(record) != sum) {
          break;
        }
        decode(record, all);
        records++;
        whole += FRAME + length;
      }
    } catch (EOFException end) {
      // The usual end.
    }
    boolean damaged = Files.size(file) != whole;
    boolean tooMany = all.size() > MOST;
    while (all.size() > MOST) {
      all.remove(all.keySet().iterator().next());
    }
    return damaged || tooMany || records > 2 * all.size() + SPARE;
  }

  private void rewrite(Map<State, ObjectAttributes> all) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(fresh), 1 << 16)) {
      all.forEach((state, attributes) -> {
        try {
          out.write(frame(state, attributes));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Keeps what is known of a state some time from now; not at all when the disk is behind. */
  public void add(State state, ObjectAttributes attributes) {
    byte[] frame;
    try {
      frame = frame(state, attributes);
    } catch (IOException tooLong) {
      return;
    }
    if (frame.length <= LONGEST && writer.hasRoom(frame.length)) {
      writer.add(
          () -> Files.write(file, frame, StandardOpenOption.CREATE, StandardOpenOption.APPEND),
          frame.length);
    }
  }

  private static byte[] frame(State state, ObjectAttributes attributes) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeUTF(state.key());
    out.writeUTF(state.version().value());
    out.writeLong(state.modifiedSecond());
    ContentHeaders headers = attributes.headers();
    write(out, headers.contentType());
    write(out, headers.contentEncoding());
    write(out, headers.contentDisposition());
    write(out, headers.contentLanguage());
    write(out, headers.cacheControl());
    Encryption encryption = attributes.encryption();
    write(out, encryption == null ? null : encryption.algorithm());
    write(out, encryption == null ? null : encryption.keyId());
    out.writeInt(attributes.metadata().size());
    for (Map.Entry<String, String> entry : attributes.metadata().entrySet()) {
      out.writeUTF(entry.getKey());
      out.writeUTF(entry.getValue());
    }
    byte[] record = bytes.toByteArray();
    bytes.reset();
    out.writeInt(record.length);
    out.writeInt(checksum(record));
    out.write(record);
    return bytes.toByteArray();
  }

  private static void decode(byte[] record, Map<State, ObjectAttributes> all) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(record));
    State state = new State(in.readUTF(), new Version(in.readUTF()), in.readLong());
    ContentHeaders headers = new ContentHeaders(read(in), read(in), read(in), read(in), read(in));
    String algorithm = read(in);
    String keyId = read(in);
    Map<String, String> metadata = new HashMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      metadata.put(in.readUTF(), in.readUTF());
    }
    all.put(
        state,
        new ObjectAttributes(
            headers, metadata, algorithm == null ? null : new Encryption(algorithm, keyId)));
  }

  private static void write(DataOutputStream out, @Nullable String text) throws IOException {
    out.writeBoolean(text != null);
    if (text != null) {
      out.writeUTF(text);
    }
  }

  private static @Nullable String read(DataInputStream in) throws IOException {
    return in.readBoolean() ? in.readUTF() : null;
  }

  private static int checksum(byte[] bytes) {
    CRC32C sum = new CRC32C();
    sum.update(bytes);
    return (int) sum.getValue();
  }
}

package dev.cove.volume.chunk;

import dev.cove.storage.GetRequest;
import dev.cove.storage.ObjectBody;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The envelope of the small objects (names, commits, tags, leases): what it is, the version of the format, and a hash over all of
 * it, so that no bit of it can change unseen.
 */
public final class Sealed {
  /** The version of the volume format that is written, and the newest that is read. */
  public static final int FORMAT_VERSION = 1;

  static final byte[] MAGIC = "COVE".getBytes(StandardCharsets.US_ASCII);
  private static final int HEADER = 6;
  // 3: one connection in thousands breaks in the middle of an answer.
  private static final int TRIES = 3;

  /** What an object is; the letter is part of the format. */
  public enum Kind {
    NAME('N'),
    COMMIT('C'),
    TAG('T'),
    LEASE('L'),
    PACK('P');

    private final char letter;

    Kind(char letter) {
      this.letter = letter;
    }

    char letter() {
      return letter;
    }
  }

  private Sealed() {}

  public static byte[] seal(Kind kind, ByteWriter body) {
    byte[] content = body.toByteArray();
    ByteWriter out = new ByteWriter(HEADER + content.length + Hash.BYTES);
    header(out, kind).raw(content);
    Hash sum = Hash.of(out.toByteArray());
    return out.hash(sum).toByteArray();
  }

  static ByteWriter header(ByteWriter out, Kind kind) {
    return out.raw(MAGIC).octet(kind.letter()).octet(FORMAT_VERSION);
  }

  /**
   * The body of a sealed object.
   *
   * @throws StorageException {@code CORRUPT}, or {@code UNSUPPORTED} for one of a newer format
   */
  public static ByteReader open(Kind kind, byte[] sealed, String key) throws StorageException {
    ByteReader in = new ByteReader(sealed, key);
    checkHeader(in, kind, key);
    int end = sealed.length - Hash.BYTES;
    if (end < HEADER
        || !Hash.of(sealed, 0, end)
            .equals(new ByteReader(sealed, end, sealed.length, key).hash())) {
      throw in.damaged("its checksum does not match");
    }
    return new ByteReader(sealed, HEADER, end, key);
  }

  static void checkHeader(ByteReader in, Kind kind, String key) throws StorageException {
    for (byte expected : MAGIC) {
      if (in.octet() != expected) {
        throw in.damaged("it does not begin as Cove's objects do");
      }
    }
    if (in.octet() != kind.letter()) {
      throw in.damaged("it is no " + kind.name().toLowerCase(Locale.ROOT));
    }
    int version = in.octet();
    if (version > FORMAT_VERSION) {
      throw new StorageException(
          StorageException.Kind.UNSUPPORTED,
          key + " has the volume format " + version + ", which is newer than this Cove's ("
              + FORMAT_VERSION + "): update Cove to use it");
    }
    if (version == 0) {
      throw in.damaged("its format version is 0");
    }
  }

  /** Reads a whole object of at most {@code Integer.MAX_VALUE} bytes into memory. */
  public static byte[] fetch(ObjectStore store, String key) throws StorageException {
    return fetch(store, GetRequest.whole(key));
  }

  /** As {@link #fetch(ObjectStore, String)}; an answer that breaks off is asked for again. */
  static byte[] fetch(ObjectStore store, GetRequest request) throws StorageException {
    for (int left = TRIES - 1; ; left--) {
      // What fails before the first byte was tried again by the store itself.
      ObjectBody answer = store.get(request);
      try (ObjectBody body = answer) {
        return drain(body, request.key());
      } catch (IOException e) {
        StorageException failure = e instanceof StorageException known
            ? known
            : new StorageException(
                StorageException.Kind.UNAVAILABLE,
                "reading " + request.key() + " failed: " + e.getMessage(),
                e);
        if (left == 0 || !failure.kind().isPassing()) {
          throw failure;
        }
      }
    }
  }

  private static byte[] drain(ObjectBody body, String key) throws IOException {
    long length = body.length();
    if (length > Integer.MAX_VALUE - 8) {
      throw new StorageException(
          StorageException.Kind.CORRUPT,
          key + " is damaged: it is larger than any object of Cove's");
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) length);
    while (bytes.hasRemaining()) {
      if (body.read(bytes) < 0) {
        throw new StorageException(
            StorageException.Kind.UNAVAILABLE, "reading " + key + " ended too early");
      }
    }
    return bytes.array();
  }
}

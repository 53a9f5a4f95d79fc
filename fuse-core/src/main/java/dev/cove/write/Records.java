package dev.cove.write;

import dev.cove.storage.ContentHeaders;
import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.ObjectAttributes.Encryption;
import dev.cove.storage.Part;
import dev.cove.storage.Upload;
import dev.cove.storage.Version;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import dev.cove.write.PartPlan.Kind;
import dev.cove.write.PartPlan.Piece;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The values of the journal as bytes and back. */
final class Records {
  private Records() {}

  static void text(DataOutputStream out, @Nullable String value) throws IOException {
    out.writeBoolean(value != null);
    if (value != null) {
      out.writeUTF(value);
    }
  }

  static @Nullable String text(DataInputStream in) throws IOException {
    return in.readBoolean() ? in.readUTF() : null;
  }

  private static void map(DataOutputStream out, Map<String, String> map) throws IOException {
    out.writeInt(map.size());
    for (Map.Entry<String, String> entry : map.entrySet()) {
      out.writeUTF(entry.getKey());
      out.writeUTF(entry.getValue());
    }
  }

  private static Map<String, String> map(DataInputStream in) throws IOException {
    int count = in.readInt();
    Map<String, String> map = new HashMap<>();
    for (int i = 0; i < count; i++) {
      map.put(in.readUTF(), in.readUTF());
    }
    return map;
  }

  static void target(DataOutputStream out, Target target) throws IOException {
    out.writeUTF(target.key());
    WriteOptions options = target.options();
    WriteCondition condition = options.condition();
    if (condition instanceof WriteCondition.IfVersion wanted) {
      out.writeByte(2);
      out.writeUTF(wanted.expected().value());
    } else {
      out.writeByte(condition instanceof WriteCondition.IfAbsent ? 1 : 0);
    }
    ContentHeaders headers = options.attributes().headers();
    text(out, headers.contentType());
    text(out, headers.contentEncoding());
    text(out, headers.contentDisposition());
    text(out, headers.contentLanguage());
    text(out, headers.cacheControl());
    map(out, options.attributes().metadata());
    Encryption encryption = options.attributes().encryption();
    out.writeBoolean(encryption != null);
    if (encryption != null) {
      out.writeUTF(encryption.algorithm());
      text(out, encryption.keyId());
    }
    map(out, options.tags());
    text(out, options.storageClass());
  }

  static Target target(DataInputStream in) throws IOException {
    String key = in.readUTF();
    WriteCondition condition = switch (in.readByte()) {
      case 0 -> WriteCondition.none();
      case 1 -> WriteCondition.ifAbsent();
      case 2 -> WriteCondition.ifVersion(new Version(in.readUTF()));
      default -> throw new IOException("no such condition");
    };
    ContentHeaders headers = new ContentHeaders(text(in), text(in), text(in), text(in), text(in));
    Map<String, String> metadata = map(in);
    Encryption encryption = in.readBoolean() ? new Encryption(in.readUTF(), text(in)) : null;
    Map<String, String> tags = map(in);
    return new Target(
        key,
        new WriteOptions(
            condition, new ObjectAttributes(headers, metadata, encryption), tags, text(in)));
  }

  static void base(DataOutputStream out, @Nullable Base base) throws IOException {
    out.writeBoolean(base != null);
    if (base != null) {
      out.writeUTF(base.key());
      out.writeUTF(base.version().value());
      out.writeLong(base.size());
    }
  }

  static @Nullable Base base(DataInputStream in) throws IOException {
    return in.readBoolean()
        ? new Base(in.readUTF(), new Version(in.readUTF()), in.readLong())
        : null;
  }

  static void upload(DataOutputStream out, Upload upload) throws IOException {
    out.writeUTF(upload.key());
    out.writeUTF(upload.id());
    out.writeLong(upload.started().toEpochMilli());
  }

  static Upload upload(DataInputStream in) throws IOException {
    return new Upload(in.readUTF(), in.readUTF(), Instant.ofEpochMilli(in.readLong()));
  }

  static void part(DataOutputStream out, Piece piece, Part part) throws IOException {
    out.writeInt(piece.number());
    out.writeLong(piece.start());
    out.writeLong(piece.length());
    out.writeByte(piece.kind() == Kind.COPY ? 0 : 1);
    out.writeUTF(part.tag());
  }

  static void part(DataInputStream in, Transfer transfer) throws IOException {
    int number = in.readInt();
    Piece piece =
        new Piece(number, in.readLong(), in.readLong(), in.readByte() == 0 ? Kind.COPY : Kind.DATA);
    transfer.restored(piece, new Part(number, piece.length(), in.readUTF()));
  }

  static void ranges(DataOutputStream out, Extents extents) throws IOException {
    out.writeInt(extents.ranges());
    for (long at = extents.firstStart(); at < Long.MAX_VALUE; at = extents.nextStart(at)) {
      out.writeLong(at);
      out.writeLong(extents.endAt(at));
    }
  }

  static void ranges(DataInputStream in, Extents into) throws IOException {
    int count = in.readInt();
    for (int i = 0; i < count; i++) {
      into.add(in.readLong(), in.readLong());
    }
  }

  static void blocks(DataOutputStream out, int segment, Blocks.Slice slice) throws IOException {
    out.writeInt(segment);
    out.writeInt(slice.first());
    out.writeInt(slice.sums().length);
    for (int i = 0; i < slice.sums().length; i++) {
      out.writeInt(slice.sums()[i]);
      out.writeChar(slice.covered()[i]);
    }
  }

  static Blocks.Slice blocks(DataInputStream in) throws IOException {
    int first = in.readInt();
    int count = in.readInt();
    int[] sums = new int[count];
    char[] covered = new char[count];
    for (int i = 0; i < count; i++) {
      sums[i] = in.readInt();
      covered[i] = in.readChar();
    }
    return new Blocks.Slice(first, sums, covered);
  }
}

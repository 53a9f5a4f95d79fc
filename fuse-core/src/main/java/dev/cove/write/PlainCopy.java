package dev.cove.write;

import dev.cove.storage.ByteRange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes a staged file's content to an ordinary file. */
final class PlainCopy {
  private static final int LONGEST_NAME = 100;

  private PlainCopy() {}

  /** A file name that a person recognises and no program stumbles over. */
  static String nameOf(String key, String id) {
    String last = key.substring(key.lastIndexOf('/') + 1);
    StringBuilder name = new StringBuilder();
    last.codePoints()
        .limit(LONGEST_NAME)
        .map(c -> Character.isLetterOrDigit(c) || "._- ".indexOf(c) >= 0 ? c : '_')
        .forEach(name::appendCodePoint);
    while (name.length() > 0 && ".- ".indexOf(name.charAt(0)) >= 0) {
      name.deleteCharAt(0);
    }
    return (name.length() == 0 ? "file" : name) + "." + id;
  }

  /**
   * Makes an ordinary file in the spool with the whole content.
   *
   * @return its name; null where the content is not whole or there is no room: what is staged is
   *     safe where it is, the copy is a convenience
   */
  static @Nullable String tryMake(StagedFile file) throws IOException {
    Spool spool = file.spool();
    long bytes = file.size();
    if (!file.bytes().absent(0, bytes).isEmpty() || !spool.space().tryTake(bytes)) {
      return null;
    }
    String name = nameOf(file.target().key(), file.id());
    try (FileChannel copy = spool.createPlainFile(name)) {
      List<ByteRange> holes = write(file, copy);
      return holes.isEmpty() ? name : null;
    } catch (IOException e) {
      spool.deleteFile(spool.plainFile(name));
      spool.space().give(bytes);
      return null;
    }
  }

  /**
   * Copies all that is staged; what only the base has is left as holes.
   *
   * @return the holes
   */
  static List<ByteRange> write(StagedFile file, FileChannel target) throws IOException {
    List<ByteRange> holes = new ArrayList<>();
    long size = file.size();
    Extents absent = file.bytes().absent(0, size);
    ByteBuffer area = ByteBuffer.allocateDirect(256 << 10);
    for (long at = 0; at < size; ) {
      long hole = absent.endAt(at);
      if (hole > at) {
        holes.add(ByteRange.of(at, hole - at));
        at = hole;
        continue;
      }
      ByteBuffer bytes = file.bytes().load(at, Math.min(size, absent.nextStart(at)), area);
      int count = bytes.remaining();
      while (bytes.hasRemaining()) {
        at += target.write(bytes, at);
      }
      if (count == 0) {
        throw new IOException("the staged file became shorter while it was copied");
      }
    }
    if (target.size() < size) {
      // The last byte of a hole at the end makes the size.
      int ignored = target.write(ByteBuffer.allocate(1), size - 1);
    }
    target.force(true);
    return holes;
  }
}

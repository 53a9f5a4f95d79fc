package dev.cove.it.mount;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.storage.ByteRange;
import dev.cove.storage.Content;
import dev.cove.storage.ContentHeaders;
import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.Part;
import dev.cove.storage.Upload;
import dev.cove.storage.Version;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An object beyond the 5 GiB that one copy takes. Nothing of it but what is changed is moved here. */
@Tag("soak")
final class LargeRenameIT {
  private static final int PIECE = 256 << 20;
  private static final int PIECES = 21;
  private static final long SIZE = (long) PIECES * PIECE;

  @TempDir
  private Path temp;

  private static void make(BucketMount s3) throws Exception {
    byte[] piece = new byte[PIECE];
    for (int at = 0; at < PIECE; at += 4096) {
      piece[at] = (byte) (at >> 12);
    }
    s3.put("piece", piece);
    Version version = s3.bucket.head("piece").version();
    ObjectAttributes described = new ObjectAttributes(
        new ContentHeaders("text/x", "gzip", null, null, "max-age=5"),
        Map.of("mine", "kept"),
        null);
    WriteOptions options =
        new WriteOptions(WriteCondition.none(), described, Map.of("team", "a"), null);
    Upload upload = s3.bucket.createUpload("large", options);
    List<Part> parts = new ArrayList<>();
    for (int number = 1; number < PIECES; number++) {
      parts.add(s3.bucket.copyPart(upload, number, "piece", version, ByteRange.of(0, PIECE)));
    }
    piece[PIECE - 1] = 'e';
    parts.add(s3.bucket.uploadPart(upload, PIECES, Content.of(piece)));
    s3.bucket.complete(upload, parts, WriteCondition.ifAbsent());
    s3.bucket.delete("piece", WriteCondition.none());
  }

  @Test
  void aFileOfMoreThanFiveGibibytesIsRenamedAndEditedOnTheServer() throws Exception {
    try (BucketMount s3 = new BucketMount(temp)) {
      make(s3);
      s3.mount("--rw", "--spool-size", "64m");
      Path moved = s3.directory.resolve("moved");
      Files.move(s3.directory.resolve("large"), moved);
      assertThat(s3.keys("")).containsExactly("moved");
      try (FileChannel file = FileChannel.open(moved, StandardOpenOption.WRITE)) {
        file.write(ByteBuffer.wrap("edited".getBytes(UTF_8)), 3L << 30);
      }
      ObjectInfo info = s3.bucket.head("moved");
      assertThat(info.size()).isEqualTo(SIZE);
      assertThat(info.attributes().headers().contentType()).isEqualTo("text/x");
      assertThat(info.attributes().headers().contentEncoding()).isEqualTo("gzip");
      assertThat(info.attributes().headers().cacheControl()).isEqualTo("max-age=5");
      assertThat(info.attributes().metadata()).containsEntry("mine", "kept");
      assertThat(s3.bucket.tags("moved")).containsEntry("team", "a");
      try (FileChannel file = FileChannel.open(moved)) {
        assertThat(at(file, 3L << 30, 6)).isEqualTo("edited".getBytes(UTF_8));
        assertThat(at(file, SIZE - 1, 1)).containsExactly('e');
        assertThat(at(file, SIZE - PIECE + (5 << 12), 2)).containsExactly(5, 0);
      }
    }
  }

  private static byte[] at(FileChannel file, long offset, int size) throws Exception {
    ByteBuffer bytes = ByteBuffer.allocate(size);
    while (bytes.hasRemaining() && file.read(bytes, offset + bytes.position()) > 0) {
      // until all is read
    }
    return bytes.array();
  }
}

package dev.cove.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cove.it.mount.TestCloud;
import dev.cove.storage.ByteRange;
import dev.cove.storage.Content;
import dev.cove.storage.GetRequest;
import dev.cove.storage.ObjectBody;
import dev.cove.storage.Version;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import dev.cove.storage.testkit.RecordingObjectStore;
import dev.cove.write.Base;
import dev.cove.write.PublishOptions;
import dev.cove.write.Published;
import dev.cove.write.Publisher;
import dev.cove.write.Spool;
import dev.cove.write.SpoolOptions;
import dev.cove.write.StagedFile;
import dev.cove.write.Target;
import dev.cove.write.WriteException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Staged writes on a real server, with parts of real sizes. */
class StagedWritesIT {
  static final int MIB = 1 << 20;
  private static final long LARGE = 100L * MIB;

  @TempDir
  Path folder;

  private RecordingObjectStore store;
  private Spool spool;
  private Publisher publisher;

  @BeforeEach
  void open(TestInfo test) throws IOException {
    store = new RecordingObjectStore(TestCloud.of(test).create("cove-" + UUID.randomUUID()));
    spool = Spool.open(folder.resolve("spool"), SpoolOptions.DEFAULT);
    publisher = new Publisher(store, spool, PublishOptions.DEFAULT);
  }

  @AfterEach
  void close() throws IOException {
    publisher.close();
    spool.close();
    assertThat(store.listUploads("")).isEmpty();
    store.close();
  }

  @Test
  void largeFileIsSentInPartsAndAnEditMovesOnlyWhatChanged() throws IOException {
    Target target = new Target("dir/large", WriteOptions.DEFAULT.with(WriteCondition.ifAbsent()));
    StagedFile file = publisher.stage(target, null, publisher::readBase);
    CRC32C expected = new CRC32C();
    ByteBuffer chunk = ByteBuffer.allocateDirect(MIB);
    for (long at = 0; at < LARGE; at += MIB) {
      fill(chunk, at);
      expected.update(chunk.duplicate());
      file.write(at, chunk);
    }
    Published first = publisher.publish(file, target);
    List<String> sent = new ArrayList<>(List.of("CREATE-UPLOAD dir/large", "COMPLETE dir/large"));
    for (int part = 1; part <= 13; part++) {
      sent.add("PART dir/large " + part);
    }
    assertThat(store.take()).containsExactlyInAnyOrderElementsOf(sent);
    assertThat(sumOf("dir/large")).isEqualTo(expected.getValue());
    publisher.discard(file);

    store.take();
    StagedFile edit = edit("dir/large", first.stored().version(), LARGE);
    edit.write(50L * MIB, ByteBuffer.wrap(new byte[] {42}));
    publisher.publish(edit, replacing("dir/large", first.stored().version()));
    long middle = 50L * MIB;
    assertThat(store.take())
        .containsExactlyInAnyOrderElementsOf(requestsOfAnEdit("dir/large", middle, LARGE));
    expected.reset();
    for (long at = 0; at < LARGE; at += MIB) {
      fill(chunk, at);
      if (at == middle) {
        chunk.put(0, (byte) 42);
      }
      expected.update(chunk.duplicate());
    }
    assertThat(sumOf("dir/large")).isEqualTo(expected.getValue());

    edit.truncate(middle);
    publisher.publish(edit, replacing("dir/large", edit.base().version()));
    edit.write(middle, ByteBuffer.wrap(new byte[1024]));
    publisher.publish(edit, replacing("dir/large", edit.base().version()));
    assertThat(store.head("dir/large").size()).isEqualTo(middle + 1024);
    publisher.discard(edit);
  }

  @Test
  void editOfAnObjectThatAnotherReplacedIsRefusedAndTheOtherStays() throws IOException {
    byte[] theirs = new byte[12 * MIB];
    Version before =
        store.put("f", Content.of(new byte[12 * MIB]), WriteOptions.DEFAULT).version();
    StagedFile file = edit("f", before, 12 * MIB);
    file.write(12 * MIB, ByteBuffer.wrap(new byte[] {1}));
    theirs[0] = 9;
    Version after = store.put("f", Content.of(theirs), WriteOptions.DEFAULT).version();
    assertThatThrownBy(() -> publisher.publish(file, replacing("f", before)))
        .isInstanceOfSatisfying(
            WriteException.class,
            e -> assertThat(e.kind()).isEqualTo(WriteException.Kind.CONFLICT));
    assertThat(store.head("f").version()).isEqualTo(after);
    assertThat(file.isDirty()).isTrue();
    publisher.discard(file);
  }

  @Test
  void replacedAtTheLastInstantIsRefusedToo() throws IOException {
    Version before =
        store.put("f", Content.of(new byte[10]), WriteOptions.DEFAULT).version();
    StagedFile file = publisher.stage(replacing("f", before), null, publisher::readBase);
    ByteBuffer bytes = ByteBuffer.allocateDirect(20 * MIB);
    file.write(0, bytes);
    store.put("f", Content.of(new byte[] {7}), WriteOptions.DEFAULT);
    assertThatThrownBy(() -> publisher.publish(file, replacing("f", before)))
        .isInstanceOfSatisfying(
            WriteException.class,
            e -> assertThat(e.kind()).isEqualTo(WriteException.Kind.CONFLICT));
    assertThat(store.head("f").size()).isEqualTo(1);
    publisher.discard(file);
  }

  @Test
  void smallFilesAreOnePutEachAndSecondsAreConditional() throws IOException {
    Target target = new Target("s", WriteOptions.DEFAULT.with(WriteCondition.ifAbsent()));
    StagedFile file = publisher.stage(target, null, publisher::readBase);
    file.write(0, ByteBuffer.wrap("hello".getBytes(StandardCharsets.UTF_8)));
    Published first = publisher.publish(file, target);
    file.write(5, ByteBuffer.wrap(new byte[] {'!'}));
    publisher.publish(file, replacing("s", first.stored().version()));
    assertThat(store.take()).containsExactly("PUT s", "PUT s");
    assertThat(store.head("s").attributes().metadata()).containsKey(Target.WRITE_ID);
    publisher.discard(file);
  }

  /** What a changed byte in the middle takes. */
  List<String> requestsOfAnEdit(String key, long middle, long size) {
    return List.of(
        "CREATE-UPLOAD " + key,
        "PART-COPY " + key + " 1 <- " + key + " 0-" + (middle - 1),
        "GET " + key + " " + (middle + 1) + "-" + (middle + 5 * MIB - 1),
        "PART " + key + " 2",
        "PART-COPY " + key + " 3 <- " + key + " " + (middle + 5 * MIB) + "-" + (size - 1),
        "COMPLETE " + key);
  }

  private StagedFile edit(String key, Version version, long size) {
    return publisher.stage(
        replacing(key, version), new Base(key, version, size), publisher::readBase);
  }

  private static Target replacing(String key, Version version) {
    return new Target(key, WriteOptions.DEFAULT.with(WriteCondition.ifVersion(version)));
  }

  /** A mebibyte that is a function of its place. */
  private static void fill(ByteBuffer chunk, long at) {
    byte[] bytes = new byte[chunk.capacity()];
    new Random(at).nextBytes(bytes);
    chunk.clear();
    chunk.put(bytes).flip();
  }

  private long sumOf(String key) throws IOException {
    CRC32C sum = new CRC32C();
    ByteBuffer buffer = ByteBuffer.allocate(MIB);
    long size = store.head(key).size();
    try (ObjectBody body = store.get(new GetRequest(key, ByteRange.of(0, size), null))) {
      while (body.read(buffer.clear()) >= 0) {
        sum.update(buffer.flip());
      }
    }
    return sum.getValue();
  }
}

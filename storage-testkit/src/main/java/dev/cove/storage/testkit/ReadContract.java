package dev.cove.storage.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cove.storage.ByteRange;
import dev.cove.storage.GetRequest;
import dev.cove.storage.ObjectBody;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.Stored;
import dev.cove.storage.Version;
import dev.cove.storage.WriteCondition;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/** What head and get promise. */
abstract class ReadContract extends ContractFixture {
  // Larger than socket buffers, so that most of it is still on the server when the first byte
  // arrives.
  private static final int LARGE = 12 << 20;

  @Test
  void headDescribesTheObjectThatWasPut() throws IOException {
    Stored stored = put("a", "hello");
    ObjectInfo info = store().head(key("a"));
    assertThat(info.key()).isEqualTo(key("a"));
    assertThat(info.size()).isEqualTo(5);
    assertThat(info.version()).isEqualTo(stored.version());
    assertThat(info.versionId()).isEqualTo(stored.versionId());
    assertThat(info.archived()).isFalse();
    assertThat(info.attributes()).isNotNull();
  }

  @Test
  void lastModifiedIsTheTimeOfTheWrite() throws IOException {
    put("a", "1");
    Instant first = store().head(key("a")).lastModified();
    put("a", "2");
    Instant second = store().head(key("a")).lastModified();
    assertThat(second).isAfterOrEqualTo(first);
    assertThat(Duration.between(first, second)).isLessThan(Duration.ofMinutes(1));
  }

  @Test
  void headAndGetOfAMissingObjectAreNotFound() {
    assertFails(Kind.NOT_FOUND, () -> store().head(key("none")));
    assertFails(Kind.NOT_FOUND, () -> store().get(GetRequest.whole(key("none"))));
    assertFails(Kind.NOT_FOUND, () -> read("none", 0, 10));
  }

  @Test
  void getDeliversTheWholeObjectAndDescribesIt() throws IOException {
    byte[] content = bytes(100_000, 1);
    Stored stored = put("a", content);
    try (ObjectBody body = store().get(GetRequest.whole(key("a")))) {
      assertThat(body.length()).isEqualTo(content.length);
      assertThat(body.info().key()).isEqualTo(key("a"));
      assertThat(body.info().size()).isEqualTo(content.length);
      assertThat(body.info().version()).isEqualTo(stored.version());
      assertThat(body.info().lastModified()).isEqualTo(store().head(key("a")).lastModified());
      assertThat(drain(body)).isEqualTo(content);
    }
  }

  @Test
  void rangesDeliverExactlyTheirBytes() throws IOException {
    put("a", "0123456789");
    assertThat(read("a", 0, 1)).isEqualTo("0");
    assertThat(read("a", 0, 10)).isEqualTo("0123456789");
    assertThat(read("a", 3, 4)).isEqualTo("3456");
    assertThat(read("a", 9, 1)).isEqualTo("9");
  }

  @Test
  void theInfoOfARangeIsThatOfTheWholeObject() throws IOException {
    Stored stored = put("a", "0123456789");
    try (ObjectBody body = store().get(new GetRequest(key("a"), ByteRange.of(2, 3), null))) {
      assertThat(body.length()).isEqualTo(3);
      assertThat(body.info().size()).isEqualTo(10);
      assertThat(body.info().version()).isEqualTo(stored.version());
    }
  }

  @Test
  void aRangePastTheEndIsCutThere() throws IOException {
    put("a", "0123456789");
    assertThat(read("a", 8, 100)).isEqualTo("89");
    assertThat(read("a", 0, 1L << 40)).isEqualTo("0123456789");
    try (ObjectBody body = store().get(new GetRequest(key("a"), ByteRange.of(7, 1_000), null))) {
      assertThat(body.length()).isEqualTo(3);
    }
  }

  @Test
  void aRangeThatBeginsAtOrPastTheEndIsInvalid() throws IOException {
    put("a", "0123456789");
    assertFails(Kind.INVALID_RANGE, () -> read("a", 10, 1));
    assertFails(Kind.INVALID_RANGE, () -> read("a", 1_000, 1));
  }

  @Test
  void anEmptyObjectHasAnEmptyBodyAndNoRanges() throws IOException {
    put("a", "");
    assertThat(store().head(key("a")).size()).isZero();
    try (ObjectBody body = store().get(GetRequest.whole(key("a")))) {
      assertThat(body.length()).isZero();
      assertThat(body.read(ByteBuffer.allocate(10))).isEqualTo(-1);
    }
    assertFails(Kind.INVALID_RANGE, () -> read("a", 0, 1));
  }

  @Test
  void aPinnedGetDeliversItsVersion() throws IOException {
    Version version = put("a", "0123456789").version();
    assertThat(readBytes(new GetRequest(key("a"), null, version)))
        .asString()
        .isEqualTo("0123456789");
    assertThat(readBytes(GetRequest.range(key("a"), version, ByteRange.of(2, 3))))
        .asString()
        .isEqualTo("234");
  }

  @Test
  void aPinnedGetOfAReplacedObjectFails() throws IOException {
    Version former = formerVersion("a");
    assertFails(Kind.PRECONDITION_FAILED, () -> readBytes(new GetRequest(key("a"), null, former)));
    assertFails(
        Kind.PRECONDITION_FAILED,
        () -> readBytes(GetRequest.range(key("a"), former, ByteRange.of(0, 2))));
  }

  @Test
  void aPinnedGetPastTheEndOfItsReplacementFailsForTheVersion() throws IOException {
    Version former = put("a", "a long state").version();
    put("a", "short");
    assertFails(
        Kind.PRECONDITION_FAILED,
        () -> readBytes(GetRequest.range(key("a"), former, ByteRange.of(8, 2))));
  }

  @Test
  void aPinnedGetOfADeletedObjectIsNotFound() throws IOException {
    Version former = put("a", "gone soon").version();
    store().delete(key("a"), WriteCondition.none());
    assertFails(
        Kind.NOT_FOUND, () -> readBytes(GetRequest.range(key("a"), former, ByteRange.of(0, 2))));
  }

  @Test
  void aBodyUnderWayNeverMixesTwoVersions() throws IOException, InterruptedException {
    byte[] before = new byte[LARGE];
    Arrays.fill(before, (byte) 'x');
    byte[] after = new byte[LARGE];
    Arrays.fill(after, (byte) 'y');
    Version version = put("a", before).version();
    ByteArrayOutputStream delivered = new ByteArrayOutputStream();
    Throwable thrown;
    FutureTask<Stored> replacement = new FutureTask<>(() -> put("a", after));
    try (ObjectBody body = store().get(new GetRequest(key("a"), null, version))) {
      transfer(body, delivered, 1_000);
      Thread writer = new Thread(replacement, "replaces what is being read");
      writer.start();
      // Some servers let a write wait for those who read, so these have to go on.
      writer.join(Duration.ofSeconds(2).toMillis());
      thrown = catchThrowable(() -> transfer(body, delivered, Long.MAX_VALUE));
    }
    assertThat(replacement).succeedsWithin(Duration.ofMinutes(1));
    assertThat(read("a", 0, 1)).isEqualTo("y");
    // Servers differ in whether the old bytes stay readable; nobody may deliver the new ones.
    if (thrown == null) {
      assertThat(delivered.size()).isEqualTo(before.length);
    } else {
      assertThat(thrown).isInstanceOf(StorageException.class);
    }
    byte[] got = delivered.toByteArray();
    assertThat(Arrays.equals(got, 0, got.length, before, 0, got.length))
        .as("every byte is of the first version")
        .isTrue();
  }

  @Test
  void bodiesAreReadIntoHeapAndDirectBuffersWithinTheirLimits() throws IOException {
    byte[] content = bytes(10_000, 2);
    put("a", content);
    for (ByteBuffer target :
        List.of(ByteBuffer.allocate(11_000), ByteBuffer.allocateDirect(11_000))) {
      try (ObjectBody body = store().get(GetRequest.whole(key("a")))) {
        target.position(500);
        int count = 0;
        while (count >= 0) {
          target.limit(Math.min(target.position() + 777, 10_500));
          int position = target.position();
          count = target.hasRemaining() ? body.read(target) : -1;
          assertThat(target.position()).isEqualTo(position + Math.max(0, count));
        }
        assertThat(body.read(ByteBuffer.allocate(1))).isEqualTo(-1);
      }
      target.position(0).limit(11_000);
      byte[] got = new byte[11_000];
      target.get(got);
      assertThat(Arrays.copyOfRange(got, 500, 10_500)).isEqualTo(content);
      assertThat(Arrays.copyOfRange(got, 0, 500)).containsOnly(0);
      assertThat(Arrays.copyOfRange(got, 10_500, 11_000)).containsOnly(0);
    }
  }

  @Test
  void everyReadBeforeTheEndDeliversAtLeastOneByte() throws IOException {
    put("a", bytes(300_000, 3));
    try (ObjectBody body = store().get(GetRequest.whole(key("a")))) {
      ByteBuffer target = ByteBuffer.allocate(4_096);
      long total = 0;
      while (total < body.length()) {
        int count = body.read(target.clear());
        assertThat(count).isPositive();
        total += count;
      }
      assertThat(body.read(target.clear())).isEqualTo(-1);
      assertThat(body.read(target.clear())).isEqualTo(-1);
    }
  }

  @Test
  void aBodyClosedBeforeItsEndIsDroppedAndDisturbsNobody() throws IOException {
    byte[] content = bytes(LARGE, 4);
    put("large", content);
    put("small", "still here");
    for (int i = 0; i < 20; i++) {
      ObjectBody body = store().get(GetRequest.whole(key("large")));
      assertThat(body.isOpen()).isTrue();
      assertThat(body.read(ByteBuffer.allocate(10))).isPositive();
      body.close();
      body.close();
      assertThat(body.isOpen()).isFalse();
      assertThat(catchThrowable(() -> body.read(ByteBuffer.allocate(10))))
          .isInstanceOf(IOException.class);
      assertThat(read("small")).isEqualTo("still here");
    }
    assertThat(
            readBytes(GetRequest.range(key("large"), version("large"), ByteRange.of(LARGE - 9, 9))))
        .isEqualTo(Arrays.copyOfRange(content, LARGE - 9, LARGE));
  }

  @Test
  void severalBodiesAreReadSideBySide() throws IOException {
    byte[] content = bytes(2 << 20, 5);
    put("a", content);
    List<ObjectBody> bodies = new ArrayList<>();
    List<ByteArrayOutputStream> delivered = new ArrayList<>();
    try {
      for (int i = 0; i < 8; i++) {
        bodies.add(store().get(GetRequest.whole(key("a"))));
        delivered.add(new ByteArrayOutputStream());
      }
      for (int round = 0; round < 4; round++) {
        for (int i = 0; i < bodies.size(); i++) {
          transfer(bodies.get(i), delivered.get(i), round < 3 ? 500_000 : Long.MAX_VALUE);
        }
      }
    } finally {
      bodies.forEach(ObjectBody::close);
    }
    assertThat(delivered).allSatisfy(bytes -> assertThat(bytes.toByteArray()).isEqualTo(content));
  }

  private static void transfer(ObjectBody body, ByteArrayOutputStream out, long most)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(64 << 10);
    long left = most;
    while (left > 0) {
      int count = body.read(buffer.clear().limit((int) Math.min(left, buffer.capacity())));
      if (count < 0) {
        return;
      }
      out.write(buffer.array(), 0, count);
      left -= count;
    }
  }
}

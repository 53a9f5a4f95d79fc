package dev.cove.storage.testkit;

import static dev.cove.storage.StoreOperation.GET;
import static dev.cove.storage.StoreOperation.PUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cove.storage.Content;
import dev.cove.storage.GetRequest;
import dev.cove.storage.MeteredObjectStore;
import dev.cove.storage.ObjectBody;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.Upload;
import dev.cove.storage.WriteOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class MeteredObjectStoreTest {
  private final ManualClock clock = new ManualClock();
  private final CollectingMetrics metrics = new CollectingMetrics();
  private final FaultyObjectStore faulty = new FaultyObjectStore(new MemoryObjectStore());
  private final MeteredObjectStore store = new MeteredObjectStore(
      new SlowStore(faulty, () -> clock.advance(Duration.ofNanos(7))), metrics, clock.ticker());

  @Test
  void callsAndTheBytesTheySendAreReported() throws StorageException {
    store.put("a", Content.of(new byte[100]), WriteOptions.DEFAULT);
    Upload upload = store.createUpload("b", WriteOptions.DEFAULT);
    store.uploadPart(upload, 1, Content.of(new byte[30]));
    assertThat(metrics.lines())
        .containsExactly(
            "PUT sent 100", "PUT took 7", "CREATE-UPLOAD took 7", "PART sent 30", "PART took 7");
  }

  @Test
  void bytesOfABodyAreReportedAsTheyAreRead() throws IOException {
    store.put("a", Content.of(new byte[100]), WriteOptions.DEFAULT);
    try (ObjectBody body = store.get(GetRequest.whole("a"))) {
      body.read(ByteBuffer.allocate(60));
      body.read(ByteBuffer.allocate(60));
      body.read(ByteBuffer.allocate(60));
    }
    assertThat(metrics.lines()).endsWith("GET took 7", "received 60", "received 40");
  }

  @Test
  void failuresOfCallsAreReportedWithTheirKindAndNoBytes() {
    faulty.on(PUT).fail(Kind.THROTTLED);
    assertThat(
            catchThrowable(() -> store.put("a", Content.of(new byte[100]), WriteOptions.DEFAULT)))
        .isInstanceOf(StorageException.class);
    assertThat(metrics.lines()).containsExactly("PUT failed THROTTLED", "PUT took 7");
  }

  @Test
  void aBodyThatBreaksOffIsAFailedGet() throws IOException {
    store.put("a", Content.of(new byte[100]), WriteOptions.DEFAULT);
    faulty.on(GET).cutBody(50);
    try (ObjectBody body = store.get(GetRequest.whole("a"))) {
      body.read(ByteBuffer.allocate(60));
      assertThat(catchThrowable(() -> body.read(ByteBuffer.allocate(60))))
          .isInstanceOf(StorageException.class);
    }
    assertThat(metrics.lines()).endsWith("GET took 7", "received 50", "GET failed UNAVAILABLE");
  }
}

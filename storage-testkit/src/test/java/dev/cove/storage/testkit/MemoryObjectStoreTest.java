package dev.cove.storage.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cove.storage.Content;
import dev.cove.storage.GetRequest;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.Upload;
import dev.cove.storage.Version;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import dev.cove.storage.testkit.MemoryObjectStore.VersionScheme;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

final class MemoryObjectStoreTest {
  private final ManualClock clock = new ManualClock();

  @Test
  void everyWriteHasAVersionOfItsOwn() throws StorageException {
    MemoryObjectStore store = new MemoryObjectStore();
    assertThat(put(store, "same")).isNotEqualTo(put(store, "same"));
  }

  @Test
  void versionsByContentAreThoseOfTheBytes() throws StorageException {
    MemoryObjectStore store = new MemoryObjectStore(
        "memory://etags", MemoryObjectStore.S3_LIKE, clock, VersionScheme.BY_CONTENT);
    Version first = put(store, "same");
    assertThat(put(store, "other")).isNotEqualTo(first);
    assertThat(put(store, "same")).isEqualTo(first);
  }

  @Test
  void timesAreThoseOfItsClock() throws StorageException {
    MemoryObjectStore store = new MemoryObjectStore(MemoryObjectStore.S3_LIKE, clock);
    put(store, "1");
    Instant first = clock.instant();
    clock.advance(Duration.ofHours(1));
    assertThat(store.head("a").lastModified()).isEqualTo(first);
    assertThat(store.createUpload("b", WriteOptions.DEFAULT).started())
        .isEqualTo(first.plusSeconds(3_600));
  }

  @Test
  void aRestoredObjectIsReadableAgain() throws StorageException {
    MemoryObjectStore store = new MemoryObjectStore();
    put(store, "cold");
    store.archive("a");
    assertThat(catchThrowableOfType(StorageException.class, () -> store.get(GetRequest.whole("a")))
            .kind())
        .isEqualTo(Kind.ARCHIVED);
    store.restore("a");
    store.get(GetRequest.whole("a")).close();
  }

  @Test
  void limitsOfItsCapabilitiesAreKept() {
    MemoryObjectStore store = new MemoryObjectStore(
        MemoryObjectStore.S3_LIKE.toBuilder()
            .partSize(1, 10)
            .maxPutSize(15)
            .maxObjectSize(18)
            .build(),
        clock);
    Content sixteen = Content.of(new byte[16]);
    assertInvalid(() -> store.put("a", sixteen, WriteOptions.DEFAULT));
    assertInvalid(() -> {
      Upload upload = store.createUpload("a", WriteOptions.DEFAULT);
      store.uploadPart(upload, 1, sixteen);
    });
    assertInvalid(() -> {
      Upload upload = store.createUpload("a", WriteOptions.DEFAULT);
      Content nine = Content.of(new byte[9]);
      store.complete(
          upload,
          List.of(
              store.uploadPart(upload, 1, nine),
              store.uploadPart(upload, 2, nine),
              store.uploadPart(upload, 3, nine)),
          WriteCondition.none());
    });
    assertThat(store.keys()).isEmpty();
  }

  private static void assertInvalid(ThrowingCallable call) {
    assertThat(catchThrowableOfType(StorageException.class, call).kind()).isEqualTo(Kind.INVALID);
  }

  private static Version put(MemoryObjectStore store, String text) throws StorageException {
    return store
        .put("a", Content.of(text.getBytes(StandardCharsets.UTF_8)), WriteOptions.DEFAULT)
        .version();
  }
}

package dev.cove.storage.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cove.storage.ByteRange;
import dev.cove.storage.Content;
import dev.cove.storage.CopyRequest;
import dev.cove.storage.GetRequest;
import dev.cove.storage.ListRequest;
import dev.cove.storage.ReadOnlyObjectStore;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.Upload;
import dev.cove.storage.Version;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

final class ReadOnlyObjectStoreTest {
  private final MemoryObjectStore memory = new MemoryObjectStore();
  private final RecordingObjectStore recording = new RecordingObjectStore(memory);
  private final ReadOnlyObjectStore store = new ReadOnlyObjectStore(recording);

  @Test
  void everyChangeIsRefusedBeforeAnyRequest() throws StorageException {
    Version version = memory.put("a", Content.EMPTY, WriteOptions.DEFAULT).version();
    Upload upload = memory.createUpload("b", WriteOptions.DEFAULT);
    Stream<ThrowingCallable> changes = Stream.of(
        () -> store.put("a", Content.EMPTY, WriteOptions.DEFAULT),
        () -> store.createUpload("b", WriteOptions.DEFAULT),
        () -> store.uploadPart(upload, 1, Content.EMPTY),
        () -> store.copyPart(upload, 1, "a", version, ByteRange.of(0, 1)),
        () -> store.complete(upload, List.of(), WriteCondition.none()),
        () -> store.abort(upload),
        () -> store.copy(new CopyRequest("a", null, "c", WriteCondition.none(), null)),
        () -> store.delete("a", WriteCondition.none()),
        () -> store.deleteAll(List.of("a")));
    assertThat(changes).allSatisfy(change -> {
      StorageException refused = catchThrowableOfType(StorageException.class, change);
      assertThat(refused.kind()).isEqualTo(Kind.READ_ONLY);
      assertThat(refused).hasMessageContaining("memory://bucket");
    });
    assertThat(recording.requests()).isEmpty();
  }

  @Test
  void everythingElseIsAnswered() throws StorageException {
    memory.put("a", Content.EMPTY, WriteOptions.DEFAULT);
    Upload upload = memory.createUpload("b", WriteOptions.DEFAULT);
    assertThat(store.head("a").size()).isZero();
    store.get(GetRequest.whole("a")).close();
    assertThat(store.list(ListRequest.all("")).objects()).hasSize(1);
    assertThat(store.tags("a")).isEmpty();
    assertThat(store.listUploads("")).containsExactly(upload);
    assertThat(store.listParts(upload)).isEmpty();
    assertThat(recording.requests())
        .containsExactly(
            "HEAD a", "GET a", "LIST \"\"", "TAGS a", "LIST-UPLOADS \"\"", "LIST-PARTS b");
  }
}

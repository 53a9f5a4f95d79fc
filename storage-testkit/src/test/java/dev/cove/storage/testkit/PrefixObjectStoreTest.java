package dev.cove.storage.testkit;

import static dev.cove.storage.StoreOperation.DELETE_ALL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cove.storage.ByteRange;
import dev.cove.storage.Content;
import dev.cove.storage.CopyRequest;
import dev.cove.storage.GetRequest;
import dev.cove.storage.ListPage;
import dev.cove.storage.ListRequest;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.PrefixObjectStore;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.Upload;
import dev.cove.storage.Version;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PrefixObjectStoreTest {
  private final MemoryObjectStore memory = new MemoryObjectStore();
  private final RecordingObjectStore recording = new RecordingObjectStore(memory);
  private final FaultyObjectStore faulty = new FaultyObjectStore(recording);
  private final PrefixObjectStore store = new PrefixObjectStore(faulty, "data/");

  @Test
  void requestsNameWholeKeysAndResultsRelativeOnes() throws StorageException {
    Version version =
        store.put("a", Content.of(new byte[10]), WriteOptions.DEFAULT).version();
    assertThat(store.head("a").key()).isEqualTo("a");
    try (var body = store.get(GetRequest.whole("a"))) {
      assertThat(body.info().key()).isEqualTo("a");
    }
    store.copy(new CopyRequest("a", null, "b/c", WriteCondition.none(), null));
    Upload upload = store.createUpload("d", WriteOptions.DEFAULT);
    assertThat(upload.key()).isEqualTo("d");
    assertThat(store.listUploads("")).containsExactly(upload);
    store.copyPart(upload, 1, "a", version, ByteRange.of(0, 5));
    store.complete(upload, store.listParts(upload), WriteCondition.none());
    store.tags("d");
    store.delete("d", WriteCondition.none());
    store.deleteAll(List.of("a"));
    assertThat(recording.requests())
        .containsExactly(
            "PUT data/a",
            "HEAD data/a",
            "GET data/a",
            "COPY data/a -> data/b/c",
            "CREATE-UPLOAD data/d",
            "LIST-UPLOADS data/",
            "PART-COPY data/d 1 <- data/a 0-4",
            "LIST-PARTS data/d",
            "COMPLETE data/d",
            "TAGS data/d",
            "DELETE data/d",
            "DELETE-ALL 1");
    assertThat(memory.keys()).containsExactly("data/b/c");
  }

  @Test
  void listsShowOnlyWhatLiesBelowThePrefix() throws StorageException {
    for (String key : List.of("data", "data/a", "data/b/c", "data/d", "data0", "other")) {
      memory.put(key, Content.EMPTY, WriteOptions.DEFAULT);
    }
    ListPage page = store.list(ListRequest.children("").after("a"));
    assertThat(page.objects()).extracting(ObjectInfo::key).containsExactly("d");
    assertThat(page.prefixes()).containsExactly("b/");
    assertThat(recording.requests()).containsExactly("LIST data/ / after data/a");
  }

  @Test
  void theMarkerOfThePrefixItselfHasNoName() throws StorageException {
    memory.put("data/", Content.EMPTY, WriteOptions.DEFAULT);
    memory.put("data/a", Content.EMPTY, WriteOptions.DEFAULT);
    assertThat(store.list(ListRequest.all("")).objects())
        .extracting(ObjectInfo::key)
        .containsExactly("a");
    assertThat(catchThrowableOfType(
                StorageException.class, () -> store.delete("", WriteCondition.none()))
            .kind())
        .isEqualTo(Kind.INVALID);
    assertThat(store.deleteAll(List.of("", "a"))).containsOnlyKeys("");
    assertThat(memory.keys()).containsExactly("data/");
  }

  @Test
  void keysThatCouldNotBeDeletedAreRelative() throws StorageException {
    store.put("a", Content.EMPTY, WriteOptions.DEFAULT);
    store.put("b", Content.EMPTY, WriteOptions.DEFAULT);
    faulty.on(DELETE_ALL).key("data/b").fail(Kind.ACCESS_DENIED);
    assertThat(store.deleteAll(List.of("a", "b"))).containsOnlyKeys("b");
    assertThat(memory.keys()).containsExactly("data/b");
  }

  @Test
  void theAddressHasThePrefix() {
    assertThat(store.uri()).isEqualTo("memory://bucket/data");
    assertThat(new PrefixObjectStore(store, "x/y/").uri()).isEqualTo("memory://bucket/data/x/y");
  }

  @Test
  void aPrefixThatIsNoPrefixOfNamesIsRefused() {
    for (String wrong : List.of("", "data", "\ud800/", "x".repeat(1_023) + "/")) {
      assertThatIllegalArgumentException().isThrownBy(() -> new PrefixObjectStore(memory, wrong));
    }
  }
}

package dev.cove.volume.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cove.storage.Content;
import dev.cove.storage.StorageException;
import dev.cove.storage.StoreOperation;
import dev.cove.storage.WriteOptions;
import dev.cove.storage.testkit.FaultyObjectStore;
import dev.cove.storage.testkit.MemoryObjectStore;
import dev.cove.storage.testkit.PlantedFault;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Answers that break off. */
final class BlobReaderTest {
  private static final PackId PACK = new PackId(1, 2);

  private final FaultyObjectStore store = new FaultyObjectStore(new MemoryObjectStore());
  private final BlobReader reader = new BlobReader(store, Runnable::run);
  private final byte[] pack = new byte[100_000];

  @BeforeEach
  void putPack() throws StorageException {
    new Random(9).nextBytes(pack);
    store.put(PACK.key(), Content.of(pack), WriteOptions.DEFAULT);
  }

  private byte[] bytes(int offset, int length) {
    return Arrays.copyOfRange(pack, offset, offset + length);
  }

  private BlobRef blob(int offset, int length) {
    return new BlobRef(Hash.of(bytes(offset, length)), PACK, offset, length);
  }

  @Test
  void aReadThatBreaksOffIsAskedForAgain() throws Exception {
    PlantedFault cut = store.on(StoreOperation.GET).times(2).cutBody(10_000);
    assertThat(reader.read(blob(500, 50_000))).isEqualTo(bytes(500, 50_000));
    assertThat(cut.strikes()).isEqualTo(2);
    BlobRef first = blob(0, 20_000);
    BlobRef second = blob(30_000, 20_000);
    store.on(StoreOperation.GET).once().cutBody(25_000);
    assertThat(reader.readAll(List.of(first, second)))
        .hasSize(2)
        .hasEntrySatisfying(first, bytes -> assertThat(bytes).isEqualTo(bytes(0, 20_000)))
        .hasEntrySatisfying(second, bytes -> assertThat(bytes).isEqualTo(bytes(30_000, 20_000)));
  }

  @Test
  void oneThatBreaksOffEachTimeFails() {
    PlantedFault cut = store.on(StoreOperation.GET).cutBody(10_000);
    assertThatThrownBy(() -> reader.read(blob(500, 50_000)))
        .isInstanceOfSatisfying(
            StorageException.class,
            e -> assertThat(e.kind()).isEqualTo(StorageException.Kind.UNAVAILABLE));
    assertThat(cut.strikes()).isEqualTo(3);
  }

  @Test
  void wholeObjectsAreAskedForAgainToo() throws Exception {
    store.on(StoreOperation.GET).once().cutBody(99_999);
    assertThat(Sealed.fetch(store, PACK.key())).isEqualTo(pack);
  }
}

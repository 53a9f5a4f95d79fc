package dev.cove.directory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.storage.Content;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.ObjectStoreProvider;
import dev.cove.storage.WriteOptions;
import java.nio.file.Path;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DirectoryObjectStoreProviderTest {
  @TempDir
  private Path folder;

  @Test
  void aFolderIsOpenedByItsAddressAndMadeWhereItIsMissing() throws Exception {
    ObjectStoreProvider provider = ServiceLoader.load(ObjectStoreProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(found -> found.serves("file"))
        .findFirst()
        .orElseThrow();
    String url = folder.resolve("some/place").toUri().toString();
    try (ObjectStore store = provider.open(url)) {
      store.put("a", Content.of(new byte[3]), WriteOptions.DEFAULT);
    }
    try (ObjectStore store = provider.open(url)) {
      assertThat(store.head("a").size()).isEqualTo(3);
    }
  }
}

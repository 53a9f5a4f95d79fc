package dev.cove.volume;

import dev.cove.storage.ObjectStoreProvider;
import dev.cove.storage.StorageException;
import dev.cove.volume.VolumeException.Reason;
import java.nio.file.Path;
import java.util.Map;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** The store that the environment names: opened at the first use that succeeds, never closed. */
final class StandardStore {
  private static volatile @Nullable VolumeStore opened;

  private StandardStore() {}

  static VolumeStore get() {
    VolumeStore store = opened;
    if (store == null) {
      synchronized (StandardStore.class) {
        store = opened;
        if (store == null) {
          store = open(url(System.getenv()));
          opened = store;
        }
      }
    }
    return store;
  }

  private static VolumeStore open(String url) {
    String scheme = url.substring(0, Math.max(0, url.indexOf(':')));
    for (ObjectStoreProvider provider :
        ServiceLoader.load(ObjectStoreProvider.class, StandardStore.class.getClassLoader())) {
      if (provider.serves(scheme)) {
        try {
          return VolumeStore.open(provider.open(url));
        } catch (StorageException e) {
          throw VolumeException.of(e);
        }
      }
    }
    throw new VolumeException(
        Reason.NO_SUCH_STORE,
        "nothing here opens a store with the scheme '" + scheme + "': " + url);
  }

  /** {@code COVE_VOLUME_STORE}, else the folder {@code data/volumes} below Cove's home. */
  static String url(Map<String, String> environment) {
    String store = environment.getOrDefault("COVE_VOLUME_STORE", "");
    return store.isEmpty()
        ? folder(environment).toAbsolutePath().normalize().toUri().toString()
        : store;
  }

  private static Path folder(Map<String, String> environment) {
    String home = environment.getOrDefault("COVE_HOME", "");
    if (!home.isEmpty()) {
      return Path.of(home, "data", "volumes");
    }
    String data = environment.getOrDefault("XDG_DATA_HOME", "");
    Path base = data.startsWith("/")
        ? Path.of(data)
        : Path.of(System.getProperty("user.home"), ".local", "share");
    return base.resolve("cove").resolve("volumes");
  }
}

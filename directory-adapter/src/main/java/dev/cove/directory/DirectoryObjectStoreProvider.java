package dev.cove.directory;

import dev.cove.storage.ObjectStore;
import dev.cove.storage.ObjectStoreProvider;
import dev.cove.storage.StorageException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Opens folders by {@code file:} addresses; one that is not there is made, for its owner alone. */
public final class DirectoryObjectStoreProvider implements ObjectStoreProvider {

  @Override
  public boolean serves(String scheme) {
    return scheme.equals("file");
  }

  @Override
  public ObjectStore open(String url) throws StorageException {
    try {
      Path folder = Path.of(URI.create(url));
      if (!Files.isDirectory(folder)) {
        Files.createDirectories(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      return new DirectoryObjectStore(folder);
    } catch (IllegalArgumentException e) {
      throw new StorageException(
          StorageException.Kind.INVALID, "not the address of a folder: " + url, e);
    } catch (IOException e) {
      throw new StorageException(
          StorageException.Kind.NO_SUCH_BUCKET, "cannot make the folder " + url, e);
    }
  }
}

package dev.cove.directory;

import dev.cove.storage.ObjectStore;
import dev.cove.storage.ObjectStoreProvider;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Opens {@code file:///FOLDER}, and makes the folder, for its owner alone, where there is none. */
public final class DirectoryObjectStoreProvider implements ObjectStoreProvider {

  /** For {@link java.util.ServiceLoader}. */
  public DirectoryObjectStoreProvider() {}

  @Override
  public boolean serves(String scheme) {
    return scheme.equals("file");
  }

  @Override
  public ObjectStore open(String url) throws StorageException {
    Path folder = folder(url);
    try {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (IOException e) {
      throw new Failures(folder).of("making " + folder, e);
    }
    return new DirectoryObjectStore(folder);
  }

  private static Path folder(String url) throws StorageException {
    try {
      String path = new URI(url).getPath();
      if (path != null && path.startsWith("/")) {
        return Path.of(path).normalize();
      }
    } catch (URISyntaxException | InvalidPathException e) {
      throw new StorageException(Kind.INVALID, "no address of a folder: " + url, e);
    }
    throw new StorageException(Kind.INVALID, "no address of a folder: " + url);
  }
}

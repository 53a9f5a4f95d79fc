package dev.cove.storage;

/**
 * Opens stores by their address, for who has no wiring of its own; found by {@link java.util.ServiceLoader} in the modules that are
 * there.
 */
public interface ObjectStoreProvider {

  /** Whether addresses of this scheme are its own: {@code file} of {@code file:///srv/volumes}. */
  boolean serves(String scheme);

  /**
   * Opens the store, with what its environment configures.
   *
   * @param url the whole address
   * @throws StorageException when it cannot be opened
   */
  ObjectStore open(String url) throws StorageException;
}

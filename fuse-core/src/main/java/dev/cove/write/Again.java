package dev.cove.write;

import dev.cove.storage.Version;
import org.jspecify.annotations.Nullable;

/** A publish has to begin anew, because what it went by has changed without another writer. */
final class Again extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient @Nullable Version version;

  /**
   * @param version what the object is now: an earlier write of this file, thought lost; null when it
   *     is what it was
   */
  Again(@Nullable Version version) {
    super("the state a publish began with has changed", null, false, false);
    this.version = version;
  }

  @Nullable
  Version version() {
    return version;
  }
}

package dev.cove.disk;

import dev.cove.cache.ObjectId;

/** A bucket's part of a disk cache, which several may share. */
public final class DiskBlocks {
  private final DiskCache cache;
  private final String source;

  DiskBlocks(DiskCache cache, String source) {
    this.cache = cache;
    this.source = source;
  }

  /** What the disk has of one state of an object of so many bytes. */
  public DiskObject object(ObjectId id, long size) {
    return cache.object(source, id, size);
  }

  /** What was heard of the objects' attributes. */
  public AttributeLog attributes() {
    return cache.attributes(source);
  }
}

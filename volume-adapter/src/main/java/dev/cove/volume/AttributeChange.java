package dev.cove.volume;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Attributes to change; those that are empty stay.
 *
 * @param mode the twelve bits of permissions and set-id
 * @param xattrs all extended attributes there are to be
 */
public record AttributeChange(
    Optional<Integer> mode,
    Optional<Integer> uid,
    Optional<Integer> gid,
    Optional<Instant> mtime,
    Optional<Map<String, byte[]>> xattrs) {

  public static final AttributeChange NONE = new AttributeChange(
      Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  public AttributeChange withMode(int value) {
    return new AttributeChange(Optional.of(value), uid, gid, mtime, xattrs);
  }

  public AttributeChange withOwner(int user, int group) {
    return new AttributeChange(mode, Optional.of(user), Optional.of(group), mtime, xattrs);
  }

  public AttributeChange withMtime(Instant value) {
    return new AttributeChange(mode, uid, gid, Optional.of(value), xattrs);
  }

  public AttributeChange withXattrs(Map<String, byte[]> all) {
    return new AttributeChange(mode, uid, gid, mtime, Optional.of(Map.copyOf(all)));
  }
}

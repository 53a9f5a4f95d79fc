package dev.cove.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.storage.StorageException.Kind;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ErrnoMappingTest {

  @Test
  void failuresOfAStoreReachProgramsAsThePageOnSemanticsSays() {
    Map<Kind, String> shown = new EnumMap<>(Kind.class);
    for (Kind kind : Kind.values()) {
      shown.put(kind, ErrnoMapping.errno(kind).name());
    }
    assertThat(shown)
        .containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
            Map.entry(Kind.NOT_FOUND, "ENOENT"),
            Map.entry(Kind.NO_SUCH_BUCKET, "EIO"),
            Map.entry(Kind.PRECONDITION_FAILED, "ESTALE"),
            Map.entry(Kind.INVALID_RANGE, "EIO"),
            Map.entry(Kind.UNAUTHENTICATED, "EACCES"),
            Map.entry(Kind.ACCESS_DENIED, "EACCES"),
            Map.entry(Kind.READ_ONLY, "EROFS"),
            Map.entry(Kind.ARCHIVED, "EACCES"),
            Map.entry(Kind.INVALID, "EINVAL"),
            Map.entry(Kind.UNSUPPORTED, "ENOTSUP"),
            Map.entry(Kind.NO_SPACE, "ENOSPC"),
            Map.entry(Kind.CORRUPT, "EIO"),
            Map.entry(Kind.THROTTLED, "EBUSY"),
            Map.entry(Kind.TIMEOUT, "ETIMEDOUT"),
            Map.entry(Kind.UNAVAILABLE, "EIO"),
            Map.entry(Kind.INTERRUPTED, "EINTR")));
  }
}

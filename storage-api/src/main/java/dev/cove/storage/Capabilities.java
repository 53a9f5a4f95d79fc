package dev.cove.storage;

import java.util.EnumSet;
import java.util.Set;

/**
 * What a backend can do. Put together by name: {@code
 * Capabilities.builder().can(PART_COPY, TAGS).build()}.
 *
 * @param partCopy parts can be copied from ranges of existing objects
 * @param compose whole objects can be concatenated on the server
 * @param conditionalPut put and complete honour {@link WriteCondition}s
 * @param conditionalCopy copy honours a condition on its target
 * @param conditionalDelete delete honours {@link WriteCondition#ifVersion}
 * @param metadataInLists lists carry user metadata and headers
 * @param tags objects can have tags
 * @param orderedParts parts must be sent one at a time, in order
 * @param minPartSize bytes every part but the last has at least
 * @param maxPartSize bytes a part has at most
 * @param maxParts parts an upload has at most
 * @param maxPutSize bytes one put takes
 * @param maxCopySize bytes one copy takes
 * @param maxObjectSize bytes an object has at most
 */
public record Capabilities(
    boolean partCopy,
    boolean compose,
    boolean conditionalPut,
    boolean conditionalCopy,
    boolean conditionalDelete,
    boolean metadataInLists,
    boolean tags,
    boolean orderedParts,
    long minPartSize,
    long maxPartSize,
    int maxParts,
    long maxPutSize,
    long maxCopySize,
    long maxObjectSize) {

  /** What a backend can do or not, one name for each flag of {@link Capabilities}. */
  public enum Feature {
    PART_COPY,
    COMPOSE,
    CONDITIONAL_PUT,
    CONDITIONAL_COPY,
    CONDITIONAL_DELETE,
    METADATA_IN_LISTS,
    TAGS,
    ORDERED_PARTS
  }

  public Capabilities {
    if (minPartSize < 1
        || maxPartSize < minPartSize
        || maxParts < 1
        || maxPutSize < 1
        || maxCopySize < 1
        || maxObjectSize < 1) {
      throw new IllegalArgumentException("limits are at least 1, and parts have room to be valid");
    }
  }

  /** A backend that can do none of it and has no limits. */
  public static Builder builder() {
    return new Builder();
  }

  /** A builder that begins with this backend. */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.set(Feature.PART_COPY, partCopy);
    builder.set(Feature.COMPOSE, compose);
    builder.set(Feature.CONDITIONAL_PUT, conditionalPut);
    builder.set(Feature.CONDITIONAL_COPY, conditionalCopy);
    builder.set(Feature.CONDITIONAL_DELETE, conditionalDelete);
    builder.set(Feature.METADATA_IN_LISTS, metadataInLists);
    builder.set(Feature.TAGS, tags);
    builder.set(Feature.ORDERED_PARTS, orderedParts);
    return builder
        .partSize(minPartSize, maxPartSize)
        .maxParts(maxParts)
        .maxPutSize(maxPutSize)
        .maxCopySize(maxCopySize)
        .maxObjectSize(maxObjectSize);
  }

  /** Puts {@link Capabilities} together; not for use by several threads. */
  public static final class Builder {
    private final Set<Feature> features = EnumSet.noneOf(Feature.class);
    private long minPartSize = 1;
    private long maxPartSize = Long.MAX_VALUE;
    private int maxParts = Integer.MAX_VALUE;
    private long maxPutSize = Long.MAX_VALUE;
    private long maxCopySize = Long.MAX_VALUE;
    private long maxObjectSize = Long.MAX_VALUE;

    private Builder() {}

    public Builder can(Feature... added) {
      features.addAll(Set.of(added));
      return this;
    }

    public Builder cannot(Feature... removed) {
      features.removeAll(Set.of(removed));
      return this;
    }

    private void set(Feature feature, boolean has) {
      if (has) {
        features.add(feature);
      }
    }

    /** Bytes of a part; the last one may be smaller than the least. */
    public Builder partSize(long least, long most) {
      minPartSize = least;
      maxPartSize = most;
      return this;
    }

    public Builder maxParts(int count) {
      maxParts = count;
      return this;
    }

    public Builder maxPutSize(long bytes) {
      maxPutSize = bytes;
      return this;
    }

    public Builder maxCopySize(long bytes) {
      maxCopySize = bytes;
      return this;
    }

    public Builder maxObjectSize(long bytes) {
      maxObjectSize = bytes;
      return this;
    }

    public Capabilities build() {
      return new Capabilities(
          features.contains(Feature.PART_COPY),
          features.contains(Feature.COMPOSE),
          features.contains(Feature.CONDITIONAL_PUT),
          features.contains(Feature.CONDITIONAL_COPY),
          features.contains(Feature.CONDITIONAL_DELETE),
          features.contains(Feature.METADATA_IN_LISTS),
          features.contains(Feature.TAGS),
          features.contains(Feature.ORDERED_PARTS),
          minPartSize,
          maxPartSize,
          maxParts,
          maxPutSize,
          maxCopySize,
          maxObjectSize);
    }
  }
}

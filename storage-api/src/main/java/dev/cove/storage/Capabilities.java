package dev.cove.storage;

/**
 * What a backend can do.
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
    long maxObjectSize) {}

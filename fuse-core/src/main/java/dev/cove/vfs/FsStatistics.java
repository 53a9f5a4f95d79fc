package dev.cove.vfs;

/**
 * What statfs shows.
 *
 * @param blockSize bytes of one block, the unit of the counts
 */
public record FsStatistics(
    int blockSize, long blocks, long freeBlocks, long files, long freeFiles, int maxNameBytes) {}

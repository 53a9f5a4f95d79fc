package dev.cove.vfs;

/**
 * What stat shows.
 *
 * @param inode its number
 * @param type file, directory or symbolic link
 * @param permissions the low twelve bits of st_mode
 * @param links st_nlink
 * @param size in bytes
 * @param modifiedNanos mtime in nanoseconds since 1970
 * @param changedNanos ctime likewise
 * @param accessedNanos atime likewise
 */
public record Attributes(
    long inode,
    FileType type,
    int permissions,
    int links,
    int uid,
    int gid,
    long size,
    long modifiedNanos,
    long changedNanos,
    long accessedNanos) {}

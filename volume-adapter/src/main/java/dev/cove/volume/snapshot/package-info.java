/** One state of a volume: two ordered, hash-linked trees of inodes and directory entries, readable by inode number. */
@NullMarked
package dev.cove.volume.snapshot;

import org.jspecify.annotations.NullMarked;

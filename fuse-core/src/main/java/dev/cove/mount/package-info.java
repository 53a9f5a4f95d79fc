/** A bucket as a file system: inodes and handles over namespace, read path and write path. */
@NullMarked
package dev.cove.mount;

import org.jspecify.annotations.NullMarked;

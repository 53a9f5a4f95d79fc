/** POSIX rules over a name space: inodes, handles and the calls a kernel makes. */
@NullMarked
package dev.cove.vfs;

import org.jspecify.annotations.NullMarked;

/** Blocks and attributes of objects on a local disk, for the next time and the next process. */
@NullMarked
package dev.cove.disk;

import org.jspecify.annotations.NullMarked;

/** Bytes in memory: the budget all of them share, and the blocks of objects that were read. */
@NullMarked
package dev.cove.cache;

import org.jspecify.annotations.NullMarked;

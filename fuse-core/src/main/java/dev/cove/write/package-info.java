/** Bytes on their way to the store: staged in a bounded local spool, then published whole and conditionally. */
@NullMarked
package dev.cove.write;

import org.jspecify.annotations.NullMarked;

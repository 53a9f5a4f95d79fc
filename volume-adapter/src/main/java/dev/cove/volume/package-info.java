/** Versioned volumes: named lines of commits, the files in them, and what changes, merges and checks them. */
@NullMarked
package dev.cove.volume;

import org.jspecify.annotations.NullMarked;

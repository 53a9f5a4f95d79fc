/** Buckets on real servers, mounted by {@code ./cove} and used by ordinary programs. */
@NullMarked
package dev.cove.it.mount;

import org.jspecify.annotations.NullMarked;

/** Measures what the documentation says of volumes, beside restic. */
@NullMarked
package dev.cove.benchmarks.volume;

import org.jspecify.annotations.NullMarked;

/** What every read passes through, by itself. */
@NullMarked
package dev.cove.benchmarks.read;

import org.jspecify.annotations.NullMarked;

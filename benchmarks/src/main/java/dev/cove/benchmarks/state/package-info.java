/** Dict and Queue against their limits, on both backends, alone and from many processes. */
@NullMarked
package dev.cove.benchmarks.state;

import org.jspecify.annotations.NullMarked;

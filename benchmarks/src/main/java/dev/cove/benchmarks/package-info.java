/** What all benchmarks share: the table of figures and limits. */
@NullMarked
package dev.cove.benchmarks;

import org.jspecify.annotations.NullMarked;

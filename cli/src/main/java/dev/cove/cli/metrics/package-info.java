/** What a mount counts of its work, shown by {@code cove stats} and to Prometheus. */
@NullMarked
package dev.cove.cli.metrics;

import org.jspecify.annotations.NullMarked;

/** The embedded store: one SQLite database in WAL mode, a fair lock around its writers, and bells that wake who waits. */
@NullMarked
package dev.cove.state.sqlite;

import org.jspecify.annotations.NullMarked;

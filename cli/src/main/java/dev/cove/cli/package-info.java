/** The command {@code cove}: parses, wires the modules together and reports. */
@NullMarked
package dev.cove.cli;

import org.jspecify.annotations.NullMarked;

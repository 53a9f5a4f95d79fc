/** {@code cove dict}, {@code cove queue} and {@code cove state}. */
@NullMarked
package dev.cove.cli.state;

import org.jspecify.annotations.NullMarked;

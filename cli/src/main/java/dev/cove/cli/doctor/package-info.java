/** Finds out why something does not work, and says what to do. */
@NullMarked
package dev.cove.cli.doctor;

import org.jspecify.annotations.NullMarked;

/** Keeps objects as files of a local directory, for as many processes at once as like to. */
@NullMarked
package dev.cove.directory;

import org.jspecify.annotations.NullMarked;

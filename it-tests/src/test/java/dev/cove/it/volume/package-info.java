/** Volumes on real servers, as several machines and the command line use them. */
@NullMarked
package dev.cove.it.volume;

import org.jspecify.annotations.NullMarked;

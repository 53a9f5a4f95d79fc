/** Reads of objects: what to fetch, ahead of whom, and how much of it to hold. */
@NullMarked
package dev.cove.read;

import org.jspecify.annotations.NullMarked;

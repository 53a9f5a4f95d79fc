/** The contract every bucket backend keeps, its values and errors, and decorators over it. */
@NullMarked
package dev.cove.storage;

import org.jspecify.annotations.NullMarked;

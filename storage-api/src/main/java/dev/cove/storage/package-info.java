/** The contract that every bucket backend keeps: values, errors and decorators. */
@NullMarked
package dev.cove.storage;

import org.jspecify.annotations.NullMarked;

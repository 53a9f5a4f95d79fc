/** Which store is meant and how it is reached: addresses and the options that every command with a bucket has. */
@NullMarked
package dev.cove.cli.store;

import org.jspecify.annotations.NullMarked;

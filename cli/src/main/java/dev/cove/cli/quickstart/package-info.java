/** A first look without an account: a server on this machine, sample objects, and a mount to play with. */
@NullMarked
package dev.cove.cli.quickstart;

import org.jspecify.annotations.NullMarked;

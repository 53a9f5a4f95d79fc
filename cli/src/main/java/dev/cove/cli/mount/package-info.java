/** The life of mounts: made, listed, refreshed and taken away, across the processes that serve them. */
@NullMarked
package dev.cove.cli.mount;

import org.jspecify.annotations.NullMarked;

/** What mounts could not store: listed, stored after all, saved elsewhere or discarded. */
@NullMarked
package dev.cove.cli.recover;

import org.jspecify.annotations.NullMarked;

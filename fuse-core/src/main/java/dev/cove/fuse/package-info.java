/** The only package that speaks FUSE: session loop, callbacks and errno mapping. */
@NullMarked
package dev.cove.fuse;

import org.jspecify.annotations.NullMarked;

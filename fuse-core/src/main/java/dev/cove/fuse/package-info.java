/** The only package that speaks FUSE: session loop, decoding, errno mapping, mounting. */
@NullMarked
package dev.cove.fuse;

import org.jspecify.annotations.NullMarked;

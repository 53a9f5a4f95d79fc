/** Content-addressed bytes: cutting them into chunks, packing chunks into objects, and reading them back checked. */
@NullMarked
package dev.cove.volume.chunk;

import org.jspecify.annotations.NullMarked;

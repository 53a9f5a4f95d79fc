/** Real mounts on real servers, and the rules of the architecture. */
@NullMarked
package dev.cove.it;

import org.jspecify.annotations.NullMarked;

/** Named state that programs share: Dict and Queue, embedded or on Redis. */
@NullMarked
package dev.cove.state;

import org.jspecify.annotations.NullMarked;

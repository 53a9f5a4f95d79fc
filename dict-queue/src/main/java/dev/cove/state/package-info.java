/** Named state that programs share: Dict and Queue, and the contract that each backend of theirs keeps. */
@NullMarked
package dev.cove.state;

import org.jspecify.annotations.NullMarked;

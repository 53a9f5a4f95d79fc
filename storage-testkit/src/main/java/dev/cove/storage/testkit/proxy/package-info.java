/** An HTTP proxy before a real object store: faults, latency and counts on the wire itself. */
@NullMarked
package dev.cove.storage.testkit.proxy;

import org.jspecify.annotations.NullMarked;

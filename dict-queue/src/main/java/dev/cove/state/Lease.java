package dev.cove.state;

import java.time.Duration;

/**
 * An item taken for a while. Until the lease ends nobody else gets it; when it ends without {@link #acknowledge} the item is
 * back at its old place in the queue. So an item is delivered at least once: who may be late must bear a second delivery.
 */
public interface Lease {
  Bytes item();

  /** 1 for the first delivery, one more for each that followed an ended or returned lease. */
  int delivery();

  /** Removes the item for good; false if the lease had ended, and then the item is, or was, somebody else's. */
  boolean acknowledge();

  /** Makes the lease end {@code lease} from now; false if it had ended. */
  boolean extend(Duration lease);

  /** Puts the item back at its old place at once; false if the lease had ended. */
  boolean giveBack();
}

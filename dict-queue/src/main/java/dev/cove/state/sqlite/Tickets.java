package dev.cove.state.sqlite;

import dev.cove.state.Bytes;
import java.nio.ByteBuffer;

/** A lease's ticket: the item's number and the lease's own random one. */
final class Tickets {
  private Tickets() {}

  static Bytes write(long seq, long token) {
    return Bytes.wrap(
        ByteBuffer.allocate(2 * Long.BYTES).putLong(seq).putLong(token).array());
  }

  static long seq(Bytes ticket) {
    return ByteBuffer.wrap(ticket.array()).getLong(0);
  }

  static long token(Bytes ticket) {
    return ByteBuffer.wrap(ticket.array()).getLong(Long.BYTES);
  }
}

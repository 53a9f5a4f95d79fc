package dev.cove.storage.testkit;

import dev.cove.storage.ForwardingObjectBody;
import dev.cove.storage.ObjectBody;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.StorageException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Bodies that something is wrong with. */
abstract class FaultyBody extends ForwardingObjectBody {
  private long delivered;

  FaultyBody(ObjectBody delegate) {
    super(delegate);
  }

  final long delivered() {
    return delivered;
  }

  /** Reads at most that many bytes. */
  final int read(ByteBuffer target, long most) throws IOException {
    int limit = target.limit();
    target.limit(target.position() + (int) Math.min(target.remaining(), most));
    try {
      int count = super.read(target);
      delivered += Math.max(0, count);
      return count;
    } finally {
      target.limit(limit);
    }
  }

  /** Breaks off. */
  static final class Cut extends FaultyBody {
    private final long after;

    Cut(ObjectBody delegate, long after) {
      super(delegate);
      this.after = after;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
      if (delivered() >= after) {
        throw FaultPlan.planted(
            Kind.UNAVAILABLE, "the body of " + info().key() + " after " + after + " bytes");
      }
      return read(target, after - delivered());
    }
  }

  /** Waits at a gate. */
  static final class Stalled extends FaultyBody {
    private final long after;
    private final Gate gate;

    Stalled(ObjectBody delegate, long after, Gate gate) {
      super(delegate);
      this.after = after;
      this.gate = gate;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
      if (delivered() < after) {
        return read(target, after - delivered());
      }
      FaultPlan.interruptibly("the body of " + info().key(), gate::pass);
      return read(target, Long.MAX_VALUE);
    }
  }

  /** Lies about one bit. */
  static final class BitFlipped extends FaultyBody {
    private final long at;

    BitFlipped(ObjectBody delegate, long at) {
      super(delegate);
      this.at = at;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
      int position = target.position();
      long before = delivered();
      int count = read(target, Long.MAX_VALUE);
      if (before <= at && at < delivered()) {
        int index = position + (int) (at - before);
        target.put(index, (byte) (target.get(index) ^ 1));
      }
      return count;
    }
  }

  /** Says it is of another version. */
  static final class Relabelled extends FaultyBody {
    private final ObjectInfo label;

    Relabelled(ObjectBody delegate, ObjectInfo label) {
      super(delegate);
      this.label = label;
    }

    @Override
    public ObjectInfo info() {
      return label;
    }
  }
}

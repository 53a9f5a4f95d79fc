package dev.cove.fuse;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The request that one worker is serving. It is answered once: by the worker, or, when the program
 * that asked is being killed, by the watchdog, whoever claims it first.
 */
final class InFlight {
  /** The request's unique number until its answer is claimed, 0 afterwards. */
  private final AtomicLong open = new AtomicLong();

  private volatile long serving;
  private volatile long interrupted;

  // Written before {@link #serving}, so that who sees that sees these.
  private @Nullable Thread thread;
  private int opcode;
  private long node;
  private int pid;
  private boolean abandonable;
  private long sinceNanos;

  /** The last request that was reported as slow; only the watchdog uses it. */
  long reported;

  void begin(Request request, boolean mayBeAbandoned, long nowNanos) {
    thread = Thread.currentThread();
    opcode = request.opcode();
    node = request.node();
    pid = request.pid();
    abandonable = mayBeAbandoned;
    sinceNanos = nowNanos;
    long unique = request.unique();
    open.set(unique);
    serving = unique;
  }

  void end() {
    serving = 0;
  }

  /** Gives the right to answer, once. */
  boolean claim(long unique) {
    return open.get() == unique && open.compareAndSet(unique, 0);
  }

  /** Whether the current request has had its answer. */
  boolean answered() {
    return open.get() == 0;
  }

  /** The request's unique number, 0 between requests. */
  long serving() {
    return serving;
  }

  void interrupt(long unique) {
    interrupted = unique;
  }

  /** Whether {@code unique} waits for an answer, was interrupted, and may be given up. */
  boolean wantsToBeAbandoned(long unique) {
    return abandonable && interrupted == unique && open.get() == unique;
  }

  @Nullable
  Thread thread() {
    return thread;
  }

  int opcode() {
    return opcode;
  }

  long node() {
    return node;
  }

  int pid() {
    return pid;
  }

  long sinceNanos() {
    return sinceNanos;
  }
}

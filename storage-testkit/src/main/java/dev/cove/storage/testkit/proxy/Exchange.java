package dev.cove.storage.testkit.proxy;

import org.jspecify.annotations.Nullable;

/** How far one request and its answer have come; used by one event loop. */
final class Exchange {

  /** One direction of it. */
  static final class Side {
    private ProxyEffect.@Nullable BodyFault fault;
    /** How many reasons there are to wait. */
    private int holds;
    /** Bytes of the body that have been passed on. */
    private long passed;

    private boolean done;

    Side(ProxyEffect.@Nullable BodyFault fault) {
      this.fault = fault;
    }

    ProxyEffect.@Nullable BodyFault fault() {
      return fault;
    }

    void faultHasStruck() {
      fault = null;
    }

    void hold() {
      holds++;
    }

    void letGo() {
      holds--;
    }

    boolean isHeld() {
      return holds > 0;
    }

    long passed() {
      return passed;
    }

    void hasPassed(long bytes) {
      passed += bytes;
    }

    boolean isDone() {
      return done;
    }

    void finish() {
      done = true;
    }
  }

  private final @Nullable ProxyEffect effect;
  private final Side request;
  private final Side answer;
  private boolean answerBegun;
  private boolean informational;
  private boolean lastOnConnection;

  Exchange(@Nullable ProxyEffect effect) {
    this.effect = effect;
    this.request = new Side(effect instanceof ProxyEffect.InRequestBody body ? body.fault() : null);
    this.answer = new Side(effect instanceof ProxyEffect.InAnswerBody body ? body.fault() : null);
    this.lastOnConnection = effect instanceof ProxyEffect.CloseBehindAnswer;
  }

  @Nullable
  ProxyEffect effect() {
    return effect;
  }

  Side request() {
    return request;
  }

  Side answer() {
    return answer;
  }

  boolean losesAnswer() {
    return effect instanceof ProxyEffect.LoseAnswer;
  }

  /** Whether the head that comes now is the first of the final answer. */
  boolean beginsAnswer() {
    boolean first = !answerBegun && !informational;
    answerBegun |= first;
    return first;
  }

  /** A 1xx answer comes before the real one and ends nothing. */
  boolean isInformational() {
    return informational;
  }

  void informational(boolean is) {
    informational = is;
  }

  boolean isLastOnConnection() {
    return lastOnConnection;
  }

  void endsConnection() {
    lastOnConnection = true;
  }

  boolean isDone() {
    return request.done && answer.done;
  }
}

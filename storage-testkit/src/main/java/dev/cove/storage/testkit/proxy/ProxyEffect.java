package dev.cove.storage.testkit.proxy;

import dev.cove.storage.testkit.Gate;
import java.time.Duration;

/** What happens to a request that a fault strikes. */
sealed interface ProxyEffect {

  /** Answered here; the server is not asked. */
  record Answer(int status, String contentType, byte[] body) implements ProxyEffect {}

  /** The connection is closed; the server is not asked. */
  record Refuse() implements ProxyEffect {}

  /** The server is asked only after that long. */
  record Delay(Duration time) implements ProxyEffect {}

  /** The server is asked only when the gate is open. */
  record HoldRequest(Gate gate) implements ProxyEffect {}

  /** The server's answer is passed on only when the gate is open. */
  record HoldAnswer(Gate gate) implements ProxyEffect {}

  /** The server's answer is thrown away and the connection closed. */
  record LoseAnswer() implements ProxyEffect {}

  /** The connection is closed once the answer has been passed on. */
  record CloseBehindAnswer() implements ProxyEffect {}

  record InRequestBody(BodyFault fault) implements ProxyEffect {}

  record InAnswerBody(BodyFault fault) implements ProxyEffect {}

  /** Something that happens at one byte of a body. */
  sealed interface BodyFault {
    /** Bytes of the body before it. */
    long at();
  }

  /** Both connections are closed there. */
  record Cut(long at) implements BodyFault {}

  /** Nothing goes on from there until the gate is open. */
  record Stall(long at, Gate gate) implements BodyFault {}

  /** The lowest bit of that byte is turned around. */
  record FlipBit(long at) implements BodyFault {}
}

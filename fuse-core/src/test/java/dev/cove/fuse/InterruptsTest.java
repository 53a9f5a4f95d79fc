package dev.cove.fuse;

import static dev.cove.fuse.Wire.body;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.vfs.MemoryFileSystem;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import ru.serce.jnrfuse.ErrorCodes;

final class InterruptsTest {
  private final MemoryFileSystem files =
      new MemoryFileSystem(Clock.systemUTC(), Duration.ofSeconds(1));
  private final Wire wire = new Wire(files, Clock.systemUTC());

  @Test
  void interruptThatOvertookItsRequestIsAskedForAgain() {
    assertThat(wire.call(FuseProtocol.INTERRUPT, 0, body().int64(4711)).error())
        .isEqualTo(ErrorCodes.EAGAIN());
  }

  @Test
  void requestOfALivingProgramIsNotGivenUp() {
    NativeBuffer memory = new NativeBuffer(NativeBuffer.PAGE);
    Request request = new Request(memory);
    memory.bytes().clear().put(0, header(FuseProtocol.GETATTR, 8));
    assertThat(request.received(56)).isTrue();
    wire.inFlight.begin(request, true, 0);
    wire.inFlight.interrupt(8);
    wire.interrupts.abandonKilled(wire.device, memory);
    assertThat(wire.device.messages).isEmpty();
    assertThat(wire.inFlight.answered()).isFalse();
  }

  @Test
  void answerIsClaimedOnceAndByItsOwnRequestOnly() {
    NativeBuffer memory = new NativeBuffer(NativeBuffer.PAGE);
    Request request = new Request(memory);
    memory.bytes().clear().put(0, header(FuseProtocol.GETATTR, 8));
    assertThat(request.received(56)).isTrue();
    wire.inFlight.begin(request, true, 0);
    assertThat(wire.inFlight.claim(6)).isFalse();
    assertThat(wire.inFlight.claim(8)).isTrue();
    assertThat(wire.inFlight.claim(8)).isFalse();
  }

  @Test
  void onlyRequestsThatChangeNothingMayBeGivenUp() {
    NativeBuffer memory = new NativeBuffer(NativeBuffer.PAGE);
    Request request = new Request(memory);
    for (int opcode = 0; opcode < 64; opcode++) {
      memory.bytes().clear().put(0, header(opcode, 8));
      request.received(56);
      boolean expected = switch (opcode) {
        case FuseProtocol.LOOKUP,
            FuseProtocol.GETATTR,
            FuseProtocol.READLINK,
            FuseProtocol.OPEN,
            FuseProtocol.READ,
            FuseProtocol.STATFS,
            FuseProtocol.GETXATTR,
            FuseProtocol.LISTXATTR,
            FuseProtocol.OPENDIR,
            FuseProtocol.READDIR,
            FuseProtocol.READDIRPLUS -> true;
        default -> false;
      };
      assertThat(RequestDispatcher.mayBeAbandoned(request))
          .as(FuseProtocol.opcodeName(opcode))
          .isEqualTo(expected);
    }
    byte[] truncating = header(FuseProtocol.OPEN, 8);
    ByteBuffer.wrap(truncating).order(ByteOrder.nativeOrder()).putInt(40, 01000 | 2);
    memory.bytes().clear().put(0, truncating);
    request.received(56);
    assertThat(RequestDispatcher.mayBeAbandoned(request))
        .as("open that truncates")
        .isFalse();
  }

  private static byte[] header(int opcode, long unique) {
    byte[] bytes = new byte[56];
    ByteBuffer.wrap(bytes)
        .order(ByteOrder.nativeOrder())
        .putInt(56)
        .putInt(opcode)
        .putLong(unique)
        .putLong(1)
        .putInt(0)
        .putInt(0)
        .putInt((int) ProcessHandle.current().pid());
    return bytes;
  }
}

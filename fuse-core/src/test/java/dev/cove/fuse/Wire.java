package dev.cove.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.vfs.KernelCache;
import dev.cove.vfs.VirtualFileSystem;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;

/** Speaks to a dispatcher as the kernel does: raw requests in, raw replies out. */
final class Wire {
  static final int UID = 1000;
  static final int GID = 1001;

  final RecordingDevice device = new RecordingDevice();
  final Interrupts interrupts = new Interrupts();
  final InFlight inFlight = new InFlight();
  final RequestDispatcher.FuseMetrics metrics = new RequestDispatcher.FuseMetrics();
  final InitNegotiation init = new InitNegotiation(MountOptions.DEFAULTS, 4096);
  private final Request request =
      new Request(new NativeBuffer(MountOptions.DEFAULTS.maxWrite() + (1 << 16)));
  private final Reply reply =
      new Reply(device, inFlight, new NativeBuffer(MountOptions.DEFAULTS.maxWrite() + (1 << 16)));
  private final RequestDispatcher dispatcher;
  private long unique;

  Wire(VirtualFileSystem vfs, Clock clock) {
    dispatcher = new RequestDispatcher(vfs, KernelCache.NONE, clock, init, interrupts, metrics);
    interrupts.add(inFlight);
  }

  /** A request's body, put together field by field. */
  static final class Body {
    private final ByteBuffer bytes = ByteBuffer.allocate(1 << 17).order(ByteOrder.nativeOrder());

    Body int32(int... values) {
      for (int value : values) {
        bytes.putInt(value);
      }
      return this;
    }

    Body int64(long... values) {
      for (long value : values) {
        bytes.putLong(value);
      }
      return this;
    }

    Body text(String... texts) {
      for (String text : texts) {
        bytes.put(text.getBytes(StandardCharsets.UTF_8)).put((byte) 0);
      }
      return this;
    }

    Body raw(byte... raw) {
      bytes.put(raw);
      return this;
    }

    byte[] done() {
      byte[] done = new byte[bytes.position()];
      bytes.get(0, done);
      return done;
    }
  }

  static Body body() {
    return new Body();
  }

  /** What came back; the body's fields are read from its start on. */
  record Answer(int error, ByteBuffer body) {
    long int64(int offset) {
      return body.getLong(offset);
    }

    int int32(int offset) {
      return body.getInt(offset);
    }

    String text() {
      return StandardCharsets.UTF_8.decode(body.duplicate()).toString();
    }
  }

  Answer call(int opcode, long node, Body body) {
    int before = device.messages.size();
    send(opcode, node, body.done());
    assertThat(device.messages).as("replies").hasSize(before + 1);
    return answer(device.messages.get(before));
  }

  private Answer answer(byte[] message) {
    ByteBuffer bytes = ByteBuffer.wrap(message).order(ByteOrder.nativeOrder());
    assertThat(bytes.getInt(FuseProtocol.OUT_LENGTH)).isEqualTo(message.length);
    assertThat(bytes.getLong(FuseProtocol.OUT_UNIQUE)).isEqualTo(unique);
    ByteBuffer body = bytes
        .slice(FuseProtocol.OUT_HEADER, message.length - FuseProtocol.OUT_HEADER)
        .order(ByteOrder.nativeOrder());
    return new Answer(-bytes.getInt(FuseProtocol.OUT_ERROR), body);
  }

  /** Sends a request and returns its unique number, whatever is answered. */
  long send(int opcode, long node, byte[] body) {
    unique += 2;
    ByteBuffer header = ByteBuffer.allocate(FuseProtocol.IN_HEADER).order(ByteOrder.nativeOrder());
    header
        .putInt(FuseProtocol.IN_HEADER + body.length)
        .putInt(opcode)
        .putLong(unique)
        .putLong(node)
        .putInt(UID)
        .putInt(GID)
        .putInt((int) ProcessHandle.current().pid());
    byte[] all = new byte[header.capacity() + body.length];
    header.get(0, all, 0, header.capacity());
    System.arraycopy(body, 0, all, header.capacity(), body.length);
    receive(all);
    return unique;
  }

  void receive(byte[] message) {
    request.buffer().bytes().clear().put(0, message);
    if (request.received(message.length)) {
      inFlight.begin(request, RequestDispatcher.mayBeAbandoned(request), System.nanoTime());
      reply.begin(request.unique());
      dispatcher.dispatch(request, reply);
      inFlight.end();
    }
  }
}

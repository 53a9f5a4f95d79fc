package dev.cove.fuse;

import static dev.cove.fuse.Wire.body;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.fuse.Wire.Answer;
import dev.cove.vfs.VirtualFileSystem;
import dev.cove.vfs.VirtualFileSystem.ReadReply;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import ru.serce.jnrfuse.ErrorCodes;

/** What becomes of the pieces that a file system hands over. */
final class ReadReplyTest {

  private interface Reader {
    void read(ReadReply reply) throws IOException;
  }

  private static Answer read(int size, Reader reader) {
    VirtualFileSystem vfs = (VirtualFileSystem) Proxy.newProxyInstance(
        ReadReplyTest.class.getClassLoader(),
        new Class<?>[] {VirtualFileSystem.class},
        (proxy, method, arguments) -> {
          reader.read((ReadReply) arguments[3]);
          return null;
        });
    return new Wire(vfs, Clock.systemUTC())
        .call(FuseProtocol.READ, 2, body().int64(1, 0).int32(size, 0).int64(0).int32(0, 0));
  }

  private static ByteBuffer heap(String text) {
    return ByteBuffer.wrap(text.getBytes(UTF_8));
  }

  private static ByteBuffer direct(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }

  @Test
  void piecesFromTheHeapAndFromOutsideArriveInOrder() {
    ByteBuffer middle = direct("..direct");
    Answer read = read(
        100,
        reply -> reply.send(
            heap("heap "),
            middle.position(2).asReadOnlyBuffer(),
            ByteBuffer.allocate(0),
            heap(" again"),
            direct("!").asReadOnlyBuffer()));
    assertThat(read.text()).isEqualTo("heap direct again!");
  }

  @Test
  void moreThanAThousandPiecesArriveWhole() {
    StringBuilder expected = new StringBuilder();
    List<ByteBuffer> pieces = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      String piece = i + ",";
      expected.append(piece);
      pieces.add(direct(piece));
    }
    Answer read = read(1 << 20, reply -> reply.send(pieces.toArray(ByteBuffer[]::new)));
    assertThat(read.text()).isEqualTo(expected.toString());
  }

  @Test
  void endOfFileIsAnEmptyAnswer() {
    Answer read = read(100, reply -> reply.send());
    assertThat(read.error()).isZero();
    assertThat(read.body().remaining()).isZero();
  }

  @Test
  void moreBytesThanAskedForAreAnInputOutputError() {
    assertThat(read(3, reply -> reply.send(heap("four"))).error()).isEqualTo(ErrorCodes.EIO());
  }

  @Test
  void noAnswerAtAllIsAnInputOutputError() {
    assertThat(read(100, reply -> {}).error()).isEqualTo(ErrorCodes.EIO());
  }

  @Test
  void failureAfterTheBytesWereSentChangesNothing() {
    Answer read = read(100, reply -> {
      reply.send(heap("sent"));
      throw new IOException("planted");
    });
    assertThat(read.text()).isEqualTo("sent");
  }
}

package dev.cove.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.vfs.MemoryFileSystem;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Clock;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RequestFuzzTest {
  private static final Set<Integer> WITHOUT_REPLY = Set.of(
      FuseProtocol.FORGET,
      FuseProtocol.BATCH_FORGET,
      FuseProtocol.NOTIFY_REPLY,
      FuseProtocol.INTERRUPT);

  private final Logger logger = Logger.getLogger(RequestDispatcher.class.getName());

  @BeforeEach
  void quiet() {
    logger.setLevel(Level.OFF);
  }

  @AfterEach
  void loud() {
    logger.setLevel(null);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void everyRequestOfAnyBytesHasExactlyOneReply(long seed) throws Exception {
    Random random = new Random(seed);
    MemoryFileSystem files = new MemoryFileSystem(Clock.systemUTC(), Duration.ofSeconds(1));
    files.put("a", new byte[1000]);
    Wire wire = new Wire(files, Clock.systemUTC());
    for (int i = 0; i < 20_000; i++) {
      int opcode = random.nextInt(60);
      byte[] body = new byte[random.nextInt(8) == 0 ? random.nextInt(4000) : random.nextInt(120)];
      fill(body, random);
      wire.device.messages.clear();
      long unique = wire.send(opcode, random.nextInt(4), body);
      int replies = wire.device.messages.size();
      if (WITHOUT_REPLY.contains(opcode)) {
        assertThat(replies).as("replies to opcode %s", opcode).isLessThanOrEqualTo(1);
      } else {
        assertThat(replies).as("replies to opcode %s", opcode).isEqualTo(1);
        ByteBuffer reply =
            ByteBuffer.wrap(wire.device.messages.get(0)).order(ByteOrder.nativeOrder());
        assertThat(reply.getInt(0)).isEqualTo(reply.capacity());
        assertThat(reply.getInt(4)).isBetween(-1000, 0);
        assertThat(reply.getLong(8)).isEqualTo(unique);
      }
    }
  }

  /** Small numbers most of the time, so that handles, offsets and names are often valid. */
  private static void fill(byte[] body, Random random) {
    if (random.nextInt(4) == 0) {
      random.nextBytes(body);
      return;
    }
    for (int i = 0; i < body.length; i += 4) {
      body[i] = (byte) random.nextInt(200);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 39})
  void messageWithoutAWholeHeaderIsDropped(int length) {
    Wire wire =
        new Wire(new MemoryFileSystem(Clock.systemUTC(), Duration.ofSeconds(1)), Clock.systemUTC());
    wire.receive(new byte[length]);
    assertThat(wire.device.messages).isEmpty();
  }
}

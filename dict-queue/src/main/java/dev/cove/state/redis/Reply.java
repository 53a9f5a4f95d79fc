package dev.cove.state.redis;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a script returns: bytes, a number, nothing, or a flat list of these. */
final class Reply extends CommandOutput<byte[], byte[], Object> {
  private @Nullable List<@Nullable Object> list;

  @SuppressWarnings("NullAway") // the driver's own way to say that there is no reply yet
  Reply() {
    super(ByteArrayCodec.INSTANCE, null);
  }

  @Override
  public void multi(int count) {
    if (count >= 0) {
      list = new ArrayList<>(count);
      output = list;
    }
  }

  @Override
  public void set(@Nullable ByteBuffer bytes) {
    add(bytes == null ? null : codec.decodeValue(bytes));
  }

  @Override
  public void set(long number) {
    add(number);
  }

  @SuppressWarnings("NullAway")
  private void add(@Nullable Object value) {
    if (list != null) {
      list.add(value);
    } else {
      output = value;
    }
  }
}

package dev.cove.fuse;

import com.kenai.jffi.MemoryIO;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A kernel's ear: keeps what was sent to it. */
final class RecordingDevice implements FuseDevice {
  private static final MemoryIO MEMORY = MemoryIO.getInstance();

  final List<byte[]> messages = new CopyOnWriteArrayList<>();
  volatile int answer;

  @Override
  public int receive(NativeBuffer buffer) {
    return -1;
  }

  @Override
  public int send(long address, int length) {
    messages.add(bytes(address, length));
    return answer;
  }

  @Override
  public int sendGathered(long iovec, int count) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = 0; i < count; i++) {
      long address = MEMORY.getLong(iovec + i * 16L);
      long length = MEMORY.getLong(iovec + i * 16L + 8);
      all.writeBytes(bytes(address, (int) length));
    }
    messages.add(all.toByteArray());
    return answer;
  }

  private static byte[] bytes(long address, int length) {
    byte[] bytes = new byte[length];
    MEMORY.getByteArray(address, bytes, 0, length);
    return bytes;
  }
}

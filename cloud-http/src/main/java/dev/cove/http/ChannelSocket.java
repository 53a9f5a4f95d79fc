package dev.cove.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A socket on a channel, whose stream can fill native memory straight from the kernel (see {@link
 * Scratch}). Its time-out is kept by a {@link StallWatch}, for writes as well as for reads, and a
 * blocked thread can be interrupted, which closes it.
 */
final class ChannelSocket extends Socket {

  // What one system call moves at most through the JDK's own buffer, which stays with the thread.
  private static final int MOST_AT_ONCE = 128 * 1024;

  private static final long NOT_BLOCKED = 0;
  private static final long STALLED = -1;

  private final SocketChannel channel;
  private final StallWatch watch;
  /** When the thread in a read or write began to wait; else one of the two marks. */
  private final AtomicLong blockedSince = new AtomicLong(NOT_BLOCKED);

  private volatile int timeout;

  ChannelSocket(StallWatch watch) throws IOException {
    this.watch = watch;
    channel = SocketChannel.open();
  }

  @Override
  public void connect(SocketAddress address, int limit) throws IOException {
    channel.socket().connect(address, limit);
    watch.mind(this);
  }

  @Override
  public void connect(SocketAddress address) throws IOException {
    connect(address, 0);
  }

  @Override
  public void bind(SocketAddress address) throws IOException {
    channel.bind(address);
  }

  @Override
  public InputStream getInputStream() {
    return new In();
  }

  @Override
  public OutputStream getOutputStream() {
    return new Out();
  }

  @Override
  public void close() throws IOException {
    watch.forget(this);
    channel.close();
  }

  @Override
  public void shutdownInput() throws IOException {
    channel.shutdownInput();
  }

  @Override
  public void shutdownOutput() throws IOException {
    channel.shutdownOutput();
  }

  @Override
  public boolean isConnected() {
    return channel.socket().isConnected();
  }

  @Override
  public boolean isBound() {
    return channel.socket().isBound();
  }

  @Override
  public boolean isClosed() {
    return !channel.isOpen();
  }

  @Override
  public boolean isInputShutdown() {
    return channel.socket().isInputShutdown();
  }

  @Override
  public boolean isOutputShutdown() {
    return channel.socket().isOutputShutdown();
  }

  @Override
  public @Nullable InetAddress getInetAddress() {
    return channel.socket().getInetAddress();
  }

  @Override
  public InetAddress getLocalAddress() {
    return channel.socket().getLocalAddress();
  }

  @Override
  public int getPort() {
    return channel.socket().getPort();
  }

  @Override
  public int getLocalPort() {
    return channel.socket().getLocalPort();
  }

  @Override
  public @Nullable SocketAddress getRemoteSocketAddress() {
    return channel.socket().getRemoteSocketAddress();
  }

  @Override
  public @Nullable SocketAddress getLocalSocketAddress() {
    return channel.socket().getLocalSocketAddress();
  }

  @Override
  public SocketChannel getChannel() {
    return channel;
  }

  @Override
  public void setSoTimeout(int millis) {
    timeout = millis;
  }

  @Override
  public int getSoTimeout() {
    return timeout;
  }

  @Override
  public void setTcpNoDelay(boolean on) throws SocketException {
    channel.socket().setTcpNoDelay(on);
  }

  @Override
  public boolean getTcpNoDelay() throws SocketException {
    return channel.socket().getTcpNoDelay();
  }

  @Override
  public void setKeepAlive(boolean on) throws SocketException {
    channel.socket().setKeepAlive(on);
  }

  @Override
  public boolean getKeepAlive() throws SocketException {
    return channel.socket().getKeepAlive();
  }

  @Override
  public void setReuseAddress(boolean on) throws SocketException {
    channel.socket().setReuseAddress(on);
  }

  @Override
  public void setSoLinger(boolean on, int seconds) throws SocketException {
    try {
      channel.setOption(StandardSocketOptions.SO_LINGER, on ? seconds : -1);
    } catch (IOException e) {
      throw asSocketException(e);
    }
  }

  @Override
  public void setReceiveBufferSize(int size) throws SocketException {
    channel.socket().setReceiveBufferSize(size);
  }

  @Override
  public int getReceiveBufferSize() throws SocketException {
    return channel.socket().getReceiveBufferSize();
  }

  @Override
  public void setSendBufferSize(int size) throws SocketException {
    channel.socket().setSendBufferSize(size);
  }

  @Override
  public int getSendBufferSize() throws SocketException {
    return channel.socket().getSendBufferSize();
  }

  @Override
  public <T> Socket setOption(SocketOption<T> name, T value) throws IOException {
    channel.setOption(name, value);
    return this;
  }

  @Override
  public <T> T getOption(SocketOption<T> name) throws IOException {
    return channel.getOption(name);
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return channel.supportedOptions();
  }

  @Override
  public String toString() {
    return "ChannelSocket[" + getRemoteSocketAddress() + "]";
  }

  private static SocketException asSocketException(IOException e) {
    SocketException wrapped = new SocketException(String.valueOf(e.getMessage()));
    wrapped.initCause(e);
    return wrapped;
  }

  private final class In extends InputStream {

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      ByteBuffer target = Scratch.targetOf(bytes);
      if (target == null) {
        return receive(ByteBuffer.wrap(bytes, offset, Math.min(length, MOST_AT_ONCE)));
      }
      int limit = target.limit();
      target.limit(target.position() + Math.min(length, target.remaining()));
      try {
        int count = receive(target);
        Scratch.filled();
        return count;
      } finally {
        target.limit(limit);
      }
    }

    private int receive(ByteBuffer target) throws IOException {
      if (timeout != 0 && timeout < StallWatch.SHORTEST_MILLIS) {
        return receiveAtOnce(target);
      }
      begin();
      try {
        return channel.read(target);
      } finally {
        end();
      }
    }

    /** A look at whether the other side has closed: the client's way to test an idle connection. */
    private int receiveAtOnce(ByteBuffer target) throws IOException {
      channel.configureBlocking(false);
      try {
        int count = channel.read(target);
        if (count == 0) {
          throw new SocketTimeoutException("nothing there");
        }
        return count;
      } finally {
        channel.configureBlocking(true);
      }
    }

    @Override
    public void close() throws IOException {
      ChannelSocket.this.close();
    }
  }

  private final class Out extends OutputStream {

    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      ByteBuffer rest = ByteBuffer.wrap(bytes, offset, length);
      int end = offset + length;
      while (rest.position() < end) {
        rest.limit(Math.min(end, rest.position() + MOST_AT_ONCE));
        begin();
        try {
          channel.write(rest);
        } finally {
          end();
        }
      }
    }

    @Override
    public void close() throws IOException {
      ChannelSocket.this.close();
    }
  }

  /** Told to the watch from here on: this thread waits for the kernel. */
  private void begin() {
    blockedSince.set(watch.now());
  }

  private void end() throws SocketTimeoutException {
    if (blockedSince.getAndSet(NOT_BLOCKED) == STALLED) {
      throw new SocketTimeoutException("nothing moved for " + timeout + " ms");
    }
  }

  /** Called by the watch: closes the socket when its thread has waited longer than allowed. */
  void closeIfStalled(long now) {
    long since = blockedSince.get();
    int limit = timeout;
    if (since > NOT_BLOCKED
        && limit > 0
        && now - since > limit
        && blockedSince.compareAndSet(since, STALLED)) {
      try {
        close();
      } catch (IOException e) {
        // The thread that waits finds out about its socket by itself.
        watch.forget(this);
      }
    }
  }
}

package dev.cove.storage.testkit.proxy;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.cove.storage.StoreOperation;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Stands before a real object store and speaks HTTP as a client would hear it, with faults planted by
 * key, method and query: {@code proxy.on(PUT).key("a").once().loseAnswer()}. What no fault strikes
 * goes through unchanged, the Host header included, so that signatures stay valid; bodies stream in both
 * directions at the pace of the slower side. At most one fault strikes a request, the one planted first.
 * It listens on loopback and takes plain HTTP.
 */
public final class HttpFaultProxy implements AutoCloseable {

  /** Whether each request leaves a line. */
  public enum Recording {
    /** Every request, for tests that count them. */
    ALL,
    /** Only how many there were: no memory is taken by long runs. */
    COUNT
  }

  // As much as a socket takes at once; smaller pieces cost a system call each.
  private static final int MAX_READ = 256 << 10;
  private static final int FIRST_READ = 64 << 10;
  private static final int MIN_READ = 4 << 10;
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(512 << 10, 2 << 20);
  private static final int MAX_HEAD = 256 << 10;

  private final URI upstream;
  private final Recording recording;
  private final EventLoopGroup loops;
  private final Channel listener;
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final List<ProxyFault> faults = new CopyOnWriteArrayList<>();
  private final AtomicLong count = new AtomicLong();
  private volatile long latencyNanos;
  private volatile boolean down;

  private final Object lock = new Object();

  @GuardedBy("lock")
  private final List<ProxyRequest> requests = new ArrayList<>();

  private HttpFaultProxy(URI upstream, InetSocketAddress address, Recording recording) {
    if (!"http".equals(upstream.getScheme()) || upstream.getHost() == null) {
      throw new IllegalArgumentException(
          "the server behind the proxy is http://HOST:PORT, not " + upstream);
    }
    this.upstream = upstream;
    this.recording = recording;
    this.loops = new MultiThreadIoEventLoopGroup(
        Math.max(2, Runtime.getRuntime().availableProcessors()), NioIoHandler.newFactory());
    ChannelFuture bound = new ServerBootstrap()
        .group(loops)
        .channel(NioServerSocketChannel.class)
        .option(ChannelOption.SO_BACKLOG, 1_024)
        .option(ChannelOption.SO_REUSEADDR, true)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childOption(ChannelOption.RCVBUF_ALLOCATOR, receiveBuffers())
        .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
        .childHandler(initializer(channel -> {
          connections.add(channel);
          channel
              .pipeline()
              .addLast(new HttpServerCodec(decoding()), new ProxyConnection(this, channel));
        }))
        .bind(address)
        .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
      throw new UncheckedIOException(new IOException("cannot listen on " + address, bound.cause()));
    }
    this.listener = bound.channel();
  }

  /** Begins to listen on a free port of loopback. */
  public static HttpFaultProxy start(URI upstream) {
    return start(
        upstream, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), Recording.ALL);
  }

  public static HttpFaultProxy start(URI upstream, InetSocketAddress address, Recording recording) {
    return new HttpFaultProxy(upstream, address, recording);
  }

  /** Where clients connect instead of to the server. */
  public URI endpoint() {
    InetSocketAddress address = (InetSocketAddress) listener.localAddress();
    return URI.create("http://" + address.getAddress().getHostAddress() + ":" + address.getPort());
  }

  /** Begins a fault in requests that these calls of a store make. */
  public ProxyPlan on(StoreOperation first, StoreOperation... more) {
    Set<StoreOperation> operations = EnumSet.of(first, more);
    return new ProxyPlan(
        request -> request.operation() != null && operations.contains(request.operation()),
        faults::add);
  }

  /** Begins a fault in every request. */
  public ProxyPlan onAny() {
    return new ProxyPlan(request -> true, faults::add);
  }

  /** Every answer is passed on that much later than the server began it. */
  public void latency(Duration added) {
    latencyNanos = added.toNanos();
  }

  /** Removes all faults and the latency and is reachable again; who waits at a gate waits on. */
  public void heal() {
    faults.clear();
    latencyNanos = 0;
    down = false;
  }

  /** Closes every connection there is; new ones are accepted. */
  public void cutConnections() {
    connections.close().syncUninterruptibly();
  }

  /** Closes every connection, and each new one at once, until {@link #heal()}. */
  public void goDown() {
    down = true;
    cutConnections();
  }

  /** The requests so far, each as its line, in the order in which they arrived. */
  public List<String> requests() {
    synchronized (lock) {
      return requests.stream().map(ProxyRequest::line).toList();
    }
  }

  /** The requests since the last time, each as its line; begins anew. */
  public List<String> take() {
    synchronized (lock) {
      List<String> taken = requests.stream().map(ProxyRequest::line).toList();
      requests.clear();
      return taken;
    }
  }

  /** How many requests there were since the start. */
  public long requestCount() {
    return count.get();
  }

  /** Stops listening and closes every connection. */
  @Override
  public void close() {
    listener.close().syncUninterruptibly();
    connections.close().syncUninterruptibly();
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }

  /** Records a request that begins, and tells what is to happen to it; null for nothing. */
  @Nullable
  ProxyEffect arrived(ProxyRequest request) {
    count.incrementAndGet();
    if (recording == Recording.ALL) {
      synchronized (lock) {
        requests.add(request);
      }
    }
    for (ProxyFault fault : faults) {
      if (fault.claims(request)) {
        return fault.effect();
      }
    }
    return null;
  }

  boolean isDown() {
    return down;
  }

  long latencyNanos() {
    return latencyNanos;
  }

  /** How a client's connection gets one to the server, served by the same thread. */
  Bootstrap towardsServer(Channel client, ChannelHandler handler) {
    int port = upstream.getPort() < 0 ? 80 : upstream.getPort();
    return new Bootstrap()
        .group(client.eventLoop())
        .channel(NioSocketChannel.class)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.RCVBUF_ALLOCATOR, receiveBuffers())
        .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
        .handler(initializer(channel ->
            channel.pipeline().addLast(new HttpClientCodec(decoding(), false, false), handler)))
        .remoteAddress(upstream.getHost(), port);
  }

  private static AdaptiveRecvByteBufAllocator receiveBuffers() {
    return new AdaptiveRecvByteBufAllocator(MIN_READ, FIRST_READ, MAX_READ);
  }

  private static HttpDecoderConfig decoding() {
    // Nothing is judged here: what one side sends is for the other to accept or refuse.
    return new HttpDecoderConfig()
        .setMaxInitialLineLength(MAX_HEAD)
        .setMaxHeaderSize(MAX_HEAD)
        .setMaxChunkSize(MAX_READ)
        .setValidateHeaders(false);
  }

  private interface Setup {
    void on(Channel channel);
  }

  private static ChannelHandler initializer(Setup setup) {
    return new ChannelInitializer<Channel>() {
      @Override
      protected void initChannel(Channel channel) {
        setup.on(channel);
      }
    };
  }
}

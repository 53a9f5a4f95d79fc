package dev.cove.storage.testkit.proxy;

import dev.cove.storage.testkit.Gate;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection and the one to the server that belongs to it. Both are served by the same
 * event loop, which is the only thread that touches this object, so it needs no lock.
 */
// What becomes of a write or a close is told by channelInactive and exceptionCaught.
@SuppressWarnings("FutureReturnValueIgnored")
final class ProxyConnection extends ChannelInboundHandlerAdapter {
  private final HttpFaultProxy proxy;
  private final Channel client;
  private final HeldMessages requests = new HeldMessages();
  private final HeldMessages answers = new HeldMessages();
  private @Nullable Channel server;
  private boolean connecting;
  private boolean serverLost;
  private @Nullable Exchange exchange;

  ProxyConnection(HttpFaultProxy proxy, Channel client) {
    this.proxy = proxy;
    this.client = client;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    if (proxy.isDown()) {
      client.close();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    HttpObject object = (HttpObject) message;
    if (object.decoderResult().isFailure()) {
      ReferenceCountUtil.release(message);
      closeBoth();
      return;
    }
    requests.add(object);
    passRequests();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    flush();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    adjustReading();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    closeBoth();
    requests.clear();
    answers.clear();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    // A reset by either side: the other one learns of it by the close.
    closeBoth();
  }

  private void passRequests() {
    HttpObject next = requests.first();
    while (next != null && client.isActive()) {
      Exchange current = exchange;
      if (current == null) {
        current = begin((HttpRequest) next);
      }
      // A pipelined request waits until the one before is answered.
      if (current.request().isDone() || current.request().isHeld()) {
        break;
      }
      if (current.effect() instanceof ProxyEffect.Answer) {
        ReferenceCountUtil.release(requests.take());
      } else if (server == null) {
        break;
      } else if (!pass(requests, server, current.request())) {
        break;
      }
      if (next instanceof LastHttpContent) {
        current.request().finish();
        if (current.effect() instanceof ProxyEffect.Answer answer) {
          answerHere(current, answer);
        }
        finishIfDone();
      }
      next = requests.first();
    }
    adjustReading();
  }

  private Exchange begin(HttpRequest head) {
    ProxyRequest request = ProxyRequest.of(
        head.method().name(), head.uri(), names(head), name -> head.headers().get(name));
    Exchange begun = new Exchange(proxy.arrived(request));
    exchange = begun;
    if (!HttpUtil.isKeepAlive(head)) {
      begun.endsConnection();
    }
    ProxyEffect effect = begun.effect();
    if (effect instanceof ProxyEffect.Refuse) {
      begun.request().hold();
      closeBoth();
    } else if (effect instanceof ProxyEffect.Answer answer) {
      if (HttpUtil.is100ContinueExpected(head)) {
        // The client waits for a word before it sends the body; with this one it may never send it.
        begun.endsConnection();
        begun.request().finish();
        answerHere(begun, answer);
        closeWhenFlushed();
      }
    } else {
      if (effect instanceof ProxyEffect.Delay delay) {
        holdFor(begun.request(), delay.time().toNanos());
      } else if (effect instanceof ProxyEffect.HoldRequest hold) {
        holdAt(begun.request(), hold.gate());
      }
      connect();
    }
    return begun;
  }

  private void answerHere(Exchange current, ProxyEffect.Answer planted) {
    FullHttpResponse response = new DefaultFullHttpResponse(
        HttpVersion.HTTP_1_1,
        HttpResponseStatus.valueOf(planted.status()),
        Unpooled.wrappedBuffer(planted.body()));
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, planted.contentType());
    response.headers().set(HttpHeaderNames.CONTENT_LENGTH, planted.body().length);
    HttpUtil.setKeepAlive(response, !current.isLastOnConnection());
    client.writeAndFlush(response, client.voidPromise());
    current.answer().finish();
  }

  private void connect() {
    if (connecting || (server != null && server.isActive())) {
      return;
    }
    server = null;
    serverLost = false;
    connecting = true;
    proxy
        .towardsServer(client, new ServerSide())
        .connect()
        .addListener((ChannelFuture connected) -> {
          connecting = false;
          if (!connected.isSuccess() || !client.isActive()) {
            connected.channel().close();
            closeBoth();
            return;
          }
          server = connected.channel();
          passRequests();
          flush();
        });
  }

  private void passAnswers() {
    HttpObject next = answers.first();
    while (next != null && client.isActive()) {
      Exchange current = exchange;
      if (current == null) {
        // An answer that nobody asked for: the server gives up an idle connection with a 408.
        answers.clear();
        break;
      }
      if (next instanceof HttpResponse head && !current.answer().isHeld()) {
        answerBegins(current, head);
      }
      if (current.answer().isHeld() && !current.isInformational()) {
        break;
      }
      boolean last = next instanceof LastHttpContent && !current.isInformational();
      if (current.isInformational()) {
        client.write(answers.take(), client.voidPromise());
      } else if (current.losesAnswer()) {
        ReferenceCountUtil.release(answers.take());
        if (last) {
          closeBoth();
        }
      } else if (!pass(answers, client, current.answer())) {
        break;
      }
      if (last) {
        current.answer().finish();
        finishIfDone();
      }
      next = answers.first();
    }
    if (serverLost && answers.first() == null) {
      // The rest of the answer will never come; the client learns it by the close.
      closeWhenFlushed();
    }
    adjustReading();
  }

  private void answerBegins(Exchange current, HttpResponse head) {
    current.informational(head.status().codeClass() == HttpStatusClass.INFORMATIONAL);
    if (!current.beginsAnswer()) {
      return;
    }
    if (!HttpUtil.isKeepAlive(head)) {
      current.endsConnection();
    }
    if (current.effect() instanceof ProxyEffect.HoldAnswer hold) {
      holdAt(current.answer(), hold.gate());
    }
    long latency = proxy.latencyNanos();
    if (latency > 0) {
      holdFor(current.answer(), latency);
    }
  }

  private void finishIfDone() {
    Exchange current = exchange;
    if (current == null || !current.isDone()) {
      return;
    }
    if (current.isLastOnConnection()) {
      closeWhenFlushed();
      return;
    }
    exchange = null;
    passRequests();
  }

  /** Passes the first message on, or as much of it as its side's fault allows; false when it has to wait. */
  private boolean pass(HeldMessages held, Channel target, Exchange.Side side) {
    HttpObject message = held.take();
    ProxyEffect.BodyFault fault = side.fault();
    if (!(message instanceof HttpContent content)) {
      target.write(message, target.voidPromise());
      return true;
    }
    int size = content.content().readableBytes();
    if (fault == null || fault.at() > side.passed() + size) {
      side.hasPassed(size);
      target.write(message, target.voidPromise());
      return true;
    }
    int before = (int) (fault.at() - side.passed());
    if (fault instanceof ProxyEffect.FlipBit) {
      if (before < size) {
        ByteBuf bytes = content.content();
        int index = bytes.readerIndex() + before;
        bytes.setByte(index, bytes.getByte(index) ^ 1);
        side.faultHasStruck();
      }
      side.hasPassed(size);
      target.write(message, target.voidPromise());
      return true;
    }
    side.faultHasStruck();
    side.hasPassed(before);
    HttpContent allowed = new DefaultHttpContent(content.content().readRetainedSlice(before));
    ChannelFuture written = target.writeAndFlush(allowed);
    if (fault instanceof ProxyEffect.Stall stall) {
      held.putBack(content);
      holdAt(side, stall.gate());
    } else {
      content.release();
      side.hold();
      written.addListener(done -> closeBoth());
    }
    return false;
  }

  private void holdFor(Exchange.Side side, long nanos) {
    side.hold();
    client.eventLoop().schedule(() -> goOn(side), nanos, TimeUnit.NANOSECONDS);
  }

  private void holdAt(Exchange.Side side, Gate gate) {
    side.hold();
    gate.pass(() -> client.eventLoop().execute(() -> goOn(side)));
  }

  private void goOn(Exchange.Side side) {
    side.letGo();
    passRequests();
    passAnswers();
    flush();
  }

  private void flush() {
    client.flush();
    if (server != null) {
      server.flush();
    }
  }

  /** Reads only from who is not too far ahead of the other. */
  private void adjustReading() {
    if (server == null) {
      client.config().setAutoRead(requests.hasRoom());
      return;
    }
    client.config().setAutoRead(requests.hasRoom() && server.isWritable());
    server.config().setAutoRead(answers.hasRoom() && client.isWritable());
  }

  private void closeWhenFlushed() {
    client.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }

  private void closeBoth() {
    client.close();
    if (server != null) {
      server.close();
    }
  }

  /** What the server's connection has to say. */
  private final class ServerSide extends ChannelInboundHandlerAdapter {

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      HttpObject object = (HttpObject) message;
      if (object.decoderResult().isFailure()) {
        ReferenceCountUtil.release(message);
        closeBoth();
        return;
      }
      answers.add(object);
      passAnswers();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
      adjustReading();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      if (context.channel() != server) {
        return;
      }
      server = null;
      Exchange current = exchange;
      if (current != null && !(current.effect() instanceof ProxyEffect.Answer)) {
        serverLost = true;
        passAnswers();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }

  private static Set<String> names(HttpRequest head) {
    return head.headers().names().stream()
        .map(name -> name.toLowerCase(Locale.ROOT))
        .collect(Collectors.toUnmodifiableSet());
  }
}

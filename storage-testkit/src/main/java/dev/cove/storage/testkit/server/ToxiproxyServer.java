package dev.cove.storage.testkit.server;

import eu.rekawek.toxiproxy.Proxy;
import eu.rekawek.toxiproxy.ToxiproxyClient;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A TCP proxy whose connections can be slowed, cut and stalled. */
public final class ToxiproxyServer implements AutoCloseable {
  private static @Nullable ToxiproxyServer shared;

  private final Path directory = Scratch.directory("toxiproxy");
  private final int port = Scratch.freePort();
  private final AtomicInteger names = new AtomicInteger();
  private final ServerProcess process = new ServerProcess(
      "toxiproxy-server",
      directory,
      List.of(
          Programs.require("toxiproxy-server"),
          "-host",
          "127.0.0.1",
          "-port",
          Integer.toString(port)),
      Map.of("LOG_LEVEL", "error"),
      () -> Http.answersOk(URI.create("http://127.0.0.1:" + port + "/version")));

  private ToxiproxyServer() {}

  /** The proxy server that all tests of this JVM share, each with links of its own. */
  public static synchronized ToxiproxyServer shared() {
    ToxiproxyServer server = shared;
    if (server == null) {
      server = new ToxiproxyServer();
      server.process.start();
      shared = server;
    }
    return server;
  }

  /** A new way to {@code target} on a port of its own; see {@link Proxy#toxics()} for what can be done to it. */
  public Link link(URI target) throws IOException {
    Proxy proxy = new ToxiproxyClient("127.0.0.1", port)
        .createProxy(
            "link-" + names.incrementAndGet(),
            "127.0.0.1:0",
            target.getHost() + ":" + target.getPort());
    return new Link(proxy, URI.create(target.getScheme() + "://" + proxy.getListen()));
  }

  /** One way through the proxy, removed when closed. */
  public record Link(Proxy proxy, URI address) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      proxy.delete();
    }
  }

  @Override
  public void close() {
    process.kill();
    Scratch.remove(directory);
  }
}

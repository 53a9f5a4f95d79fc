package dev.cove.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SchemePortResolver;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionOperator;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.config.RegistryBuilder;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Apache's HTTP client as a bare pipe below an SDK: a bounded pool that neither retries, redirects,
 * unpacks nor remembers anything.
 */
public final class HttpConnections implements AutoCloseable {

  private static final TimeValue IDLE_LIMIT = TimeValue.ofSeconds(60);

  private final CloseableHttpClient client;
  private final @Nullable StallWatch watch;

  /**
   * How many connections there may be and how long things may take.
   *
   * @param max open at the same time at most
   * @param connect until a connection stands
   * @param silence how long a connection may move nothing
   * @param lease how long a request waits for a connection that is free
   */
  public record Limits(int max, Duration connect, Duration silence, Duration lease) {}

  private HttpConnections(
      HttpClientBuilder builder,
      PoolingHttpClientConnectionManagerBuilder connections,
      Limits limits,
      @Nullable StallWatch watch) {
    Timeout quiet = Timeout.of(limits.silence());
    connections
        .setMaxConnTotal(limits.max())
        .setMaxConnPerRoute(limits.max())
        .setDefaultSocketConfig(SocketConfig.custom()
            .setSoTimeout(quiet)
            .setTcpNoDelay(true)
            .setSoKeepAlive(true)
            .build())
        .setDefaultConnectionConfig(ConnectionConfig.custom()
            .setConnectTimeout(Timeout.of(limits.connect()))
            .setSocketTimeout(quiet)
            .setValidateAfterInactivity(TimeValue.ofSeconds(2))
            .build());
    this.watch = watch;
    this.client = builder
        .setConnectionManager(new InterruptibleLeases(connections.build()))
        .setDefaultRequestConfig(requestConfig(limits, limits.silence()))
        .disableAutomaticRetries()
        .disableRedirectHandling()
        .disableContentCompression()
        .disableCookieManagement()
        .disableAuthCaching()
        .disableConnectionState()
        .disableDefaultUserAgent()
        .evictIdleConnections(IDLE_LIMIT)
        .build();
  }

  /**
   * Connections without TLS, on sockets whose bytes reach native memory without a copy on the way
   * (see {@link Scratch}).
   */
  public static HttpConnections plain(Limits limits) {
    StallWatch watch = new StallWatch(limits.silence());
    return new HttpConnections(HttpClients.custom(), new OnChannels(watch), limits, watch);
  }

  /** Connections with TLS, through the proxy that the system's properties name, if any. */
  public static HttpConnections secure(Limits limits) {
    return new HttpConnections(
        HttpClients.custom().useSystemProperties(),
        PoolingHttpClientConnectionManagerBuilder.create(),
        limits,
        null);
  }

  public CloseableHttpClient client() {
    return client;
  }

  /** What a request may take that waits for its answer longer than others do. */
  public static RequestConfig requestConfig(Limits limits, Duration silence) {
    return RequestConfig.custom()
        .setConnectionRequestTimeout(Timeout.of(limits.lease()))
        .setResponseTimeout(Timeout.of(silence))
        .setProtocolUpgradeEnabled(false)
        .build();
  }

  @Override
  public void close() {
    try {
      client.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      if (watch != null) {
        watch.close();
      }
    }
  }

  /** Connections on {@link ChannelSocket}s. */
  private static final class OnChannels extends PoolingHttpClientConnectionManagerBuilder {
    private final StallWatch watch;

    OnChannels(StallWatch watch) {
      this.watch = watch;
      // Else one would be made that is never used, and with it all certificates of authorities
      // read.
      setTlsSocketStrategy((socket, host, port, attachment, context) -> {
        throw new IOException("no TLS here");
      });
    }

    @Override
    protected HttpClientConnectionOperator createConnectionOperator(
        SchemePortResolver ports, DnsResolver names, TlsSocketStrategy tls) {
      return new DefaultHttpClientConnectionOperator(
          proxy -> new ChannelSocket(watch),
          ports,
          names,
          RegistryBuilder.<TlsSocketStrategy>create().build());
    }
  }
}

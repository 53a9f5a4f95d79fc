package dev.cove.s3;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SchemePortResolver;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionOperator;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.config.RegistryBuilder;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;

/**
 * Apache's HTTP client below the SDK for endpoints without TLS, on sockets whose bytes reach native
 * memory without a copy on the way (see {@link Scratch}). The SDK's own wrapping of the same client
 * does not let one choose the socket. It neither retries nor follows redirects, as the SDK expects.
 */
final class PlainHttpClient implements SdkHttpClient {

  // Apache's client writes these itself.
  private static final Set<String> OWN_HEADERS =
      Set.of("host", "content-length", "transfer-encoding");
  private static final TimeValue IDLE_LIMIT = TimeValue.ofSeconds(60);

  private final CloseableHttpClient client;
  private final StallWatch watch;

  /**
   * @param silence how long a connection may move nothing
   */
  PlainHttpClient(S3Config config, Duration silence) {
    Timeout quiet = Timeout.of(silence);
    watch = new StallWatch(silence);
    PoolingHttpClientConnectionManager connections = new OnChannels(watch)
        .setMaxConnTotal(config.maxConnections())
        .setMaxConnPerRoute(config.maxConnections())
        .setDefaultSocketConfig(SocketConfig.custom()
            .setSoTimeout(quiet)
            .setTcpNoDelay(true)
            .setSoKeepAlive(true)
            .build())
        .setDefaultConnectionConfig(ConnectionConfig.custom()
            .setConnectTimeout(Timeout.of(config.connectTimeout()))
            .setSocketTimeout(quiet)
            .setValidateAfterInactivity(TimeValue.ofSeconds(2))
            .build())
        .build();
    client = HttpClients.custom()
        .setConnectionManager(new InterruptibleLeases(connections))
        .setDefaultRequestConfig(RequestConfig.custom()
            .setConnectionRequestTimeout(Timeout.of(config.attemptTimeout()))
            .setResponseTimeout(quiet)
            .setProtocolUpgradeEnabled(false)
            .build())
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

  @Override
  public ExecutableHttpRequest prepareRequest(HttpExecuteRequest execute) {
    SdkHttpRequest asked = execute.httpRequest();
    HttpUriRequestBase request = new HttpUriRequestBase(asked.method().name(), asked.getUri());
    request.setPath(pathOf(asked));
    asked.forEachHeader((name, values) -> {
      if (!OWN_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
        values.forEach(value -> request.addHeader(name, value));
      }
    });
    ContentStreamProvider content = execute.contentStreamProvider().orElse(null);
    switch (asked.method()) {
      case PUT, POST, PATCH -> request.setEntity(new SentEntity(content, lengthOf(asked, content)));
      default -> {}
    }
    HttpHost host = new HttpHost(asked.protocol(), asked.host(), asked.port());
    return new ExecutableHttpRequest() {
      @Override
      public HttpExecuteResponse call() throws IOException {
        return answer(client.executeOpen(host, request, null), request);
      }

      @Override
      public void abort() {
        request.abort();
      }
    };
  }

  @Override
  public String clientName() {
    return "Apache5";
  }

  @Override
  public void close() {
    try {
      client.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      watch.close();
    }
  }

  /** As it was signed: never decoded, normalized or encoded again. */
  private static String pathOf(SdkHttpRequest asked) {
    String path = asked.encodedPath();
    String query = asked.encodedQueryParameters().orElse("");
    String absolute = path.startsWith("/") ? path : "/" + path;
    return query.isEmpty() ? absolute : absolute + "?" + query;
  }

  private static long lengthOf(SdkHttpRequest asked, @Nullable ContentStreamProvider content) {
    if (content == null) {
      return 0;
    }
    return asked.firstMatchingHeader("Content-Length").map(Long::parseLong).orElse(-1L);
  }

  private static HttpExecuteResponse answer(
      ClassicHttpResponse response, HttpUriRequestBase request) throws IOException {
    Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (Header header : response.getHeaders()) {
      headers.computeIfAbsent(header.getName(), name -> new ArrayList<>(1)).add(header.getValue());
    }
    HttpExecuteResponse.Builder answer = HttpExecuteResponse.builder()
        .response(SdkHttpResponse.builder()
            .statusCode(response.getCode())
            .statusText(response.getReasonPhrase())
            .headers(new HashMap<>(headers))
            .build());
    HttpEntity entity = response.getEntity();
    if (entity == null) {
      response.close();
    } else {
      InputStream body = entity.getContent();
      answer.responseBody(AbortableInputStream.create(body, request::abort));
    }
    return answer.build();
  }

  /** Connections on {@link ChannelSocket}s. */
  private static final class OnChannels extends PoolingHttpClientConnectionManagerBuilder {
    private final StallWatch watch;

    OnChannels(StallWatch watch) {
      this.watch = watch;
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

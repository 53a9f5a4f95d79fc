package dev.cove.s3;

import dev.cove.http.HttpConnections;
import dev.cove.http.SentEntity;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.io.entity.EntityUtils;
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
 * {@link HttpConnections} below the SDK, for endpoints without TLS: the SDK's own wrapping of the
 * same client does not let one choose the socket.
 */
final class PlainHttpClient implements SdkHttpClient {

  // Apache's client writes these itself.
  private static final Set<String> OWN_HEADERS =
      Set.of("host", "content-length", "transfer-encoding");

  private final HttpConnections connections;
  private final URI origin;
  private final HttpHost target;

  /**
   * @param silence how long a connection may move nothing
   */
  PlainHttpClient(S3Config config, Duration silence) {
    origin = Objects.requireNonNull(config.endpoint());
    target = new HttpHost(origin.getScheme(), origin.getHost(), origin.getPort());
    connections = HttpConnections.plain(new HttpConnections.Limits(
        config.maxConnections(), config.connectTimeout(), silence, config.attemptTimeout()));
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
      case PUT, POST, PATCH -> request.setEntity(entity(asked, content));
      default -> {}
    }
    HttpHost host = new HttpHost(asked.protocol(), asked.host(), asked.port());
    return new ExecutableHttpRequest() {
      @Override
      public HttpExecuteResponse call() throws IOException {
        return answer(connections.client().executeOpen(host, request, null), request);
      }

      @Override
      public void abort() {
        request.abort();
      }
    };
  }

  /**
   * What a request brought that was sent without the SDK.
   *
   * @param body null where there is none
   */
  record Direct(Header[] headers, @Nullable AbortableInputStream body) {}

  /**
   * Sends a request as it is to the endpoint.
   *
   * @param path as it was signed, with its query
   * @return null for any answer but success; the connection is given back then
   */
  @Nullable
  Direct direct(String method, String path, Map<String, String> headers) throws IOException {
    HttpUriRequestBase request = new HttpUriRequestBase(method, origin);
    request.setPath(path);
    headers.forEach((name, value) -> {
      if (!OWN_HEADERS.contains(name)) {
        request.addHeader(name, value);
      }
    });
    ClassicHttpResponse response = connections.client().executeOpen(target, request, null);
    HttpEntity entity = response.getEntity();
    if (response.getCode() != HttpStatus.SC_OK
        && response.getCode() != HttpStatus.SC_PARTIAL_CONTENT) {
      EntityUtils.consumeQuietly(entity);
      response.close();
      return null;
    }
    if (entity == null) {
      response.close();
      return new Direct(response.getHeaders(), null);
    }
    return new Direct(
        response.getHeaders(), AbortableInputStream.create(entity.getContent(), request::abort));
  }

  @Override
  public String clientName() {
    return "Apache5";
  }

  @Override
  public void close() {
    connections.close();
  }

  /** As it was signed: never decoded, normalized or encoded again. */
  private static String pathOf(SdkHttpRequest asked) {
    String path = asked.encodedPath();
    String query = asked.encodedQueryParameters().orElse("");
    String absolute = path.startsWith("/") ? path : "/" + path;
    return query.isEmpty() ? absolute : absolute + "?" + query;
  }

  private static SentEntity entity(SdkHttpRequest asked, @Nullable ContentStreamProvider content) {
    return new SentEntity(content == null ? null : content::newStream, lengthOf(asked, content));
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
}

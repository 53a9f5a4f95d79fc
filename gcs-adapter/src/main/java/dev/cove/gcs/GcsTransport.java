package dev.cove.gcs;

import com.google.api.client.http.HttpTransport;
import com.google.api.client.http.LowLevelHttpRequest;
import com.google.api.client.http.LowLevelHttpResponse;
import com.google.api.client.util.StreamingContent;
import dev.cove.http.HttpConnections;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHost;
import org.jspecify.annotations.Nullable;

/**
 * {@link HttpConnections} below Google's client. A request's read time-out is how long the connection
 * may be silent; its write time-out is how long the request may take until its answer begins, besides the time its bytes take.
 */
final class GcsTransport extends HttpTransport {

  // 256 KiB/s: a line slower than that is treated as stalled when a time-out for bytes is needed.
  private static final long SLOWEST_BYTES_PER_SECOND = 256 * 1024;

  private final HttpConnections connections;
  private final HttpConnections.Limits limits;
  private final ScheduledThreadPoolExecutor timer;

  GcsTransport(GcsConfig config) {
    limits = new HttpConnections.Limits(
        config.maxConnections(),
        config.connectTimeout(),
        config.stallTimeout(),
        config.attemptTimeout());
    URI endpoint = config.endpoint();
    connections = endpoint != null && "http".equalsIgnoreCase(endpoint.getScheme())
        ? HttpConnections.plain(limits)
        : HttpConnections.secure(limits);
    timer = new ScheduledThreadPoolExecutor(1, task -> {
      Thread thread = new Thread(task, "cove-gcs-deadlines");
      thread.setDaemon(true);
      return thread;
    });
    timer.setRemoveOnCancelPolicy(true);
  }

  /** How long the bytes may take on their way. */
  static Duration timeFor(long bytes) {
    return Duration.ofSeconds(Math.max(0, bytes) / SLOWEST_BYTES_PER_SECOND);
  }

  /**
   * How long things may take.
   *
   * @param silence how long the connection may deliver nothing
   * @param limit until the answer begins, besides the time that the bytes sent take
   */
  record Sending(Duration silence, Duration limit) {}

  /** @return the answer as soon as it begins; to be closed */
  ClassicHttpResponse send(HttpHost host, HttpUriRequestBase request, Sending patience, long bytes)
      throws IOException {
    request.setConfig(HttpConnections.requestConfig(limits, patience.silence()));
    Duration until = patience.limit().plus(timeFor(bytes));
    AtomicBoolean late = new AtomicBoolean();
    ScheduledFuture<?> deadline = timer.schedule(
        () -> {
          late.set(true);
          request.abort();
        },
        until.toMillis(),
        TimeUnit.MILLISECONDS);
    try {
      return connections.client().executeOpen(host, request, null);
    } catch (IOException | RuntimeException e) {
      if (late.get()) {
        SocketTimeoutException timeout =
            new SocketTimeoutException("no answer within " + until.toSeconds() + " s");
        timeout.initCause(e);
        throw timeout;
      }
      throw e;
    } finally {
      deadline.cancel(false);
    }
  }

  @Override
  public boolean supportsMethod(String method) {
    return true;
  }

  @Override
  protected LowLevelHttpRequest buildRequest(String method, String url) {
    return new Request(method, URI.create(url));
  }

  @Override
  public void shutdown() {
    timer.shutdownNow();
    connections.close();
  }

  private final class Request extends LowLevelHttpRequest {
    private final HttpUriRequestBase request;
    private Duration silence = limits.silence();
    private Duration limit = limits.lease();

    Request(String method, URI uri) {
      request = new HttpUriRequestBase(method, uri);
    }

    @Override
    public void addHeader(String name, String value) {
      request.addHeader(name, value);
    }

    @Override
    public void setTimeout(int connect, int read) {
      silence = Duration.ofMillis(read);
    }

    @Override
    public void setWriteTimeout(int whole) {
      // 0 is none: Google's client gives the requests that carry others no more than a silence.
      limit = whole > 0 ? Duration.ofMillis(whole) : silence;
    }

    @Override
    public LowLevelHttpResponse execute() throws IOException {
      StreamingContent content = getStreamingContent();
      if (content != null) {
        request.setEntity(
            new Sent(content, getContentLength(), getContentType(), getContentEncoding()));
      }
      try {
        return new Response(
            send(
                HttpHost.create(request.getUri()),
                request,
                new Sending(silence, limit),
                getContentLength()),
            request);
      } catch (URISyntaxException e) {
        throw new IOException(e);
      }
    }
  }

  /** A body that Google's client writes. */
  static final class Sent extends WrittenEntity {
    private final StreamingContent content;

    Sent(
        StreamingContent content,
        long length,
        @Nullable String contentType,
        @Nullable String contentEncoding) {
      super(contentType, contentEncoding, length);
      this.content = content;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
      content.writeTo(out);
    }
  }

  private static final class Response extends LowLevelHttpResponse {
    private final ClassicHttpResponse response;
    private final HttpUriRequestBase request;
    private final Header[] headers;

    Response(ClassicHttpResponse response, HttpUriRequestBase request) throws IOException {
      this.response = response;
      this.request = request;
      this.headers = response.getHeaders();
      if (response.getEntity() == null) {
        response.close();
      }
    }

    @Override
    public @Nullable InputStream getContent() throws IOException {
      HttpEntity entity = response.getEntity();
      return entity == null ? null : entity.getContent();
    }

    @Override
    public @Nullable String getContentEncoding() {
      return value("Content-Encoding");
    }

    @Override
    public long getContentLength() {
      HttpEntity entity = response.getEntity();
      return entity == null ? -1 : entity.getContentLength();
    }

    @Override
    public @Nullable String getContentType() {
      return value("Content-Type");
    }

    private @Nullable String value(String name) {
      Header header = response.getFirstHeader(name);
      return header == null ? null : header.getValue();
    }

    @Override
    public String getStatusLine() {
      return response.getVersion() + " " + response.getCode();
    }

    @Override
    public int getStatusCode() {
      return response.getCode();
    }

    @Override
    public @Nullable String getReasonPhrase() {
      return response.getReasonPhrase();
    }

    @Override
    public int getHeaderCount() {
      return headers.length;
    }

    @Override
    public String getHeaderName(int index) {
      return headers[index].getName();
    }

    @Override
    public String getHeaderValue(int index) {
      return headers[index].getValue();
    }

    @Override
    public void disconnect() throws IOException {
      request.abort();
      response.close();
    }
  }
}

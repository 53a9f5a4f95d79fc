package dev.cove.gcs;

import com.google.api.client.http.HttpRequestInitializer;
import com.google.cloud.ServiceOptions;
import com.google.cloud.http.HttpTransportOptions;
import java.time.Duration;

/** How Google's client sends: through our transport, for as long as asked, and once. */
final class GcsRequestOptions extends HttpTransportOptions {

  private static final long serialVersionUID = 1L;

  private final int limitMillis;

  /**
   * @param silence how long a connection may deliver nothing
   * @param limit until an answer begins, besides the time that the bytes sent take
   */
  GcsRequestOptions(GcsTransport transport, Duration silence, Duration limit) {
    super(newBuilder().setHttpTransportFactory(() -> transport).setReadTimeout(millis(silence)));
    limitMillis = millis(limit);
  }

  @Override
  public HttpRequestInitializer getHttpRequestInitializer(ServiceOptions<?, ?> options) {
    HttpRequestInitializer initializer = super.getHttpRequestInitializer(options);
    return request -> {
      initializer.initialize(request);
      request.setWriteTimeout(limitMillis);
      request.setLoggingEnabled(false);
      request.setFollowRedirects(false);
      // Not for failures, which are tried again elsewhere: for a token that was not good any more.
      request.setNumberOfRetries(1);
    };
  }

  private static int millis(Duration time) {
    return (int) Math.min(Integer.MAX_VALUE, time.toMillis());
  }
}

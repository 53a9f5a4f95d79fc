package dev.cove.s3;

import java.net.URI;
import java.time.Duration;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.http.apache5.ProxyConfiguration;

/** The HTTP client below the SDK. */
final class HttpClients {

  private HttpClients() {}

  /**
   * @param silence how long a connection may deliver nothing
   */
  static SdkHttpClient create(S3Config config, Duration silence) {
    if (isPlain(config)) {
      return new PlainHttpClient(config, silence);
    }
    return Apache5HttpClient.builder()
        .connectionTimeout(config.connectTimeout())
        .socketTimeout(silence)
        .connectionAcquisitionTimeout(config.attemptTimeout())
        .maxConnections(config.maxConnections())
        // Only writes with a condition wait for permission to send their bytes: see S3Writes.
        .expectContinueEnabled(false)
        .tcpKeepAlive(true)
        .build();
  }

  /** Without TLS and without a proxy, which the SDK's own wrapping takes from many places. */
  private static boolean isPlain(S3Config config) {
    URI endpoint = config.endpoint();
    return endpoint != null
        && "http".equalsIgnoreCase(endpoint.getScheme())
        && ProxyConfiguration.builder().scheme("http").build().host() == null;
  }
}

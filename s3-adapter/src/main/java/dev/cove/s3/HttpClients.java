package dev.cove.s3;

import java.time.Duration;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;

/** The HTTP client below the SDK. */
final class HttpClients {

  private HttpClients() {}

  /**
   * @param silence how long a connection may deliver nothing
   */
  static SdkHttpClient create(S3Config config, Duration silence) {
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
}

package dev.cove.gcs;

import com.google.api.client.googleapis.json.GoogleJsonErrorContainer;
import com.google.api.client.googleapis.json.GoogleJsonResponseException;
import com.google.api.client.http.HttpHeaders;
import com.google.api.client.http.HttpResponseException;
import com.google.api.client.util.escape.CharEscapers;
import com.google.auth.Credentials;
import dev.cove.gcs.GcsTransport.Sending;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHost;
import org.jspecify.annotations.Nullable;

/**
 * The requests that carry an object's bytes, without Google's client around them: for a small object
 * its processor time is as much as all the rest of a read or a write.
 */
final class DirectRequests {
  private static final int NOT_AUTHORIZED = 401;

  private final GcsTransport transport;
  private final @Nullable Credentials credentials;
  private final URI origin;
  private final HttpHost host;
  private final String objects;
  private final String uploads;
  private final Sending sending;

  /**
   * @param credentials null for requests without any
   * @param root where the service is
   * @param path of its API below that
   */
  DirectRequests(
      GcsTransport transport,
      @Nullable Credentials credentials,
      String root,
      String path,
      GcsConfig config) {
    this.transport = transport;
    this.credentials = credentials;
    this.origin = URI.create(root);
    this.host = new HttpHost(origin.getScheme(), origin.getHost(), origin.getPort());
    String bucket = path + "b/" + CharEscapers.escapeUriPath(config.bucket()) + "/o";
    this.objects = origin.getRawPath() + bucket + "/";
    this.uploads = origin.getRawPath() + "upload/" + bucket;
    this.sending = new Sending(config.stallTimeout(), config.attemptTimeout());
  }

  /**
   * What was answered, which was a success.
   *
   * @param headers by names in lower case; of those that came more than once, all, with commas
   * @param body empty where there is none
   * @param abort drops the connection without reading the rest
   */
  record Answer(Map<String, String> headers, InputStream body, Runnable abort) {
    /** Empty where there is no such header. */
    String header(String name) {
      return headers.getOrDefault(name, "");
    }
  }

  /** A request's parameters, in the order they were given; those without a value are left out. */
  static final class Parameters {
    private final StringBuilder text = new StringBuilder();

    Parameters with(String name, @Nullable Object value) {
      if (value != null) {
        text.append(text.isEmpty() ? '?' : '&')
            .append(name)
            .append('=')
            .append(CharEscapers.escapeUriPath(value.toString())
                .replace("&", "%26")
                .replace("+", "%2B"));
      }
      return this;
    }

    @Override
    public String toString() {
      return text.toString();
    }
  }

  /** Asks for an object. */
  Answer get(String key, Parameters parameters, Map<String, String> headers) throws IOException {
    String path = objects + CharEscapers.escapeUriPath(key) + parameters;
    return send("GET", path, headers, null);
  }

  /** Sends an object, or what is to become one. */
  Answer upload(Parameters parameters, HttpEntity entity) throws IOException {
    return send("POST", uploads + parameters, Map.of(), entity);
  }

  private Answer send(
      String method, String path, Map<String, String> headers, @Nullable HttpEntity entity)
      throws IOException {
    long bytes = entity == null ? 0 : entity.getContentLength();
    HttpUriRequestBase request = request(method, path, headers, entity);
    ClassicHttpResponse response = transport.send(host, request, sending, bytes);
    if (response.getCode() == NOT_AUTHORIZED && credentials != null) {
      // A token that was not good any more.
      response.close();
      credentials.refresh();
      request = request(method, path, headers, entity);
      response = transport.send(host, request, sending, bytes);
    }
    HttpEntity answered = response.getEntity();
    InputStream body =
        answered == null ? new ByteArrayInputStream(new byte[0]) : answered.getContent();
    if (response.getCode() < 200 || response.getCode() > 299) {
      throw failure(response, body);
    }
    if (answered == null) {
      response.close();
    }
    return new Answer(named(response), body, request::abort);
  }

  private HttpUriRequestBase request(
      String method, String path, Map<String, String> headers, @Nullable HttpEntity entity)
      throws IOException {
    HttpUriRequestBase request = new HttpUriRequestBase(method, origin);
    request.setPath(path);
    request.addHeader("User-Agent", "cove");
    headers.forEach(request::addHeader);
    if (credentials != null) {
      credentials
          .getRequestMetadata(origin)
          .forEach((name, values) -> values.forEach(value -> request.addHeader(name, value)));
    }
    request.setEntity(entity);
    return request;
  }

  private static Map<String, String> named(ClassicHttpResponse response) {
    Map<String, String> named = new HashMap<>();
    for (Header header : response.getHeaders()) {
      named.merge(
          header.getName().toLowerCase(Locale.ROOT),
          header.getValue(),
          (first, more) -> first + "," + more);
    }
    return named;
  }

  /** As Google's client would have thrown it. */
  private static HttpResponseException failure(ClassicHttpResponse response, InputStream body)
      throws IOException {
    String text;
    try (response) {
      text = new String(body.readAllBytes(), StandardCharsets.UTF_8);
    }
    HttpHeaders headers = new HttpHeaders();
    Map<String, String> named = named(response);
    headers.set(GcsReads.GENERATION, List.of(named.getOrDefault(GcsReads.GENERATION, "")));
    HttpResponseException.Builder failure = new HttpResponseException.Builder(
            response.getCode(), response.getReasonPhrase(), headers)
        .setContent(text);
    if (text.startsWith("{")) {
      try {
        return new GoogleJsonResponseException(
            failure,
            GcsConnection.JSON.fromString(text, GoogleJsonErrorContainer.class).getError());
      } catch (IOException | IllegalArgumentException e) {
        return failure.build();
      }
    }
    return failure.build();
  }
}

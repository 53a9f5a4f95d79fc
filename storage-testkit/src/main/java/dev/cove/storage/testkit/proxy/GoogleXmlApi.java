package dev.cove.storage.testkit.proxy;

import static dev.cove.storage.StoreOperation.COMPLETE;
import static dev.cove.storage.StoreOperation.COPY;
import static dev.cove.storage.StoreOperation.COPY_PART;
import static dev.cove.storage.StoreOperation.CREATE_UPLOAD;
import static dev.cove.storage.StoreOperation.DELETE;
import static dev.cove.storage.StoreOperation.DELETE_ALL;
import static dev.cove.storage.StoreOperation.PUT;
import static dev.cove.storage.StoreOperation.TAGS;
import static dev.cove.storage.StoreOperation.UPLOAD_PART;

import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Stands before an S3 server and takes no more of the protocol than Google Cloud Storage does by its
 * documentation (HMAC keys, {@code docs.cloud.google.com/storage/docs/aws-simple-migration}). What
 * Google would ignore without a word is refused here, so that a test sees whoever relies on it:
 *
 * <ul>
 *   <li>If-Match and If-None-Match are for requests that read ({@code xml-api/reference-headers});
 *       uploads in parts take no precondition at all ({@code multipart-uploads});
 *   <li>of the {@code x-amz-} headers those are read that have an {@code x-goog-} counterpart
 *       ({@code aws-simple-migration}): S3's checksums, trailers and tags have none;
 *   <li>many objects are deleted in one request ({@code xml-api/post-bucket}) only of late: until
 *       2025 the answer was NotImplemented, which some projects and regions may still give;
 *   <li>parts are never copied from other objects ({@code xml-api/reference-methods} has no such
 *       method).
 * </ul>
 */
public final class GoogleXmlApi implements AutoCloseable {
  /** The host whose rules these are. */
  public static final String HOST = "storage.googleapis.com";

  private static final Set<String> CONDITIONS = Set.of("if-match", "if-none-match");
  private static final Set<String> UNKNOWN = Set.of(
      "x-amz-sdk-checksum-algorithm",
      "x-amz-checksum-algorithm",
      "x-amz-checksum-mode",
      "x-amz-trailer",
      "x-amz-tagging",
      "x-amz-tagging-directive",
      // Of bodies in signed chunks.
      "x-amz-decoded-content-length");

  private final HttpFaultProxy proxy;

  private GoogleXmlApi(HttpFaultProxy proxy) {
    this.proxy = proxy;
    proxy
        .on(PUT, COPY, CREATE_UPLOAD, UPLOAD_PART, COMPLETE, DELETE)
        .where(has(CONDITIONS::contains))
        .answerS3(400, "InvalidArgument");
    proxy
        .onAny()
        .where(has(name -> UNKNOWN.contains(name) || name.startsWith("x-amz-checksum-")))
        .answerS3(400, "InvalidArgument");
    proxy.on(COPY_PART, DELETE_ALL, TAGS).answerS3(501, "NotImplemented");
  }

  /** In front of a server of S3's protocol; signatures stay valid, since nothing is changed. */
  public static GoogleXmlApi start(URI server) {
    return new GoogleXmlApi(HttpFaultProxy.start(server));
  }

  private static Predicate<ProxyRequest> has(Predicate<String> header) {
    return request -> request.headers().stream().anyMatch(header);
  }

  /** Under Google's name, which the process that is tested must take for this machine's. */
  public URI endpoint() {
    return URI.create("http://" + HOST + ":" + proxy.endpoint().getPort());
  }

  /** What was asked, a line for each request. */
  public List<String> requests() {
    return proxy.requests();
  }

  @Override
  public void close() {
    proxy.close();
  }
}

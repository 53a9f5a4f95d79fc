package dev.cove.s3;

import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.scheme.AwsV4AuthScheme;
import software.amazon.awssdk.http.auth.spi.scheme.AuthScheme;
import software.amazon.awssdk.http.auth.spi.signer.AsyncSignRequest;
import software.amazon.awssdk.http.auth.spi.signer.AsyncSignedRequest;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignRequest;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;
import software.amazon.awssdk.identity.spi.IdentityProviders;

/**
 * The SDK's signature, but for bodies that carry a checksum and no TLS: there the checksum is signed
 * and the body itself is not, as over TLS. The SDK would read such a body twice, for its SHA-256.
 * See docs/decisions/0012-s3-checksums-and-metadata.md.
 */
final class UnsignedBodies
    implements AuthScheme<AwsCredentialsIdentity>, HttpSigner<AwsCredentialsIdentity> {

  private static final String CHECKSUM = "x-amz-checksum-crc32c";

  private final AwsV4AuthScheme scheme = AwsV4AuthScheme.create();
  private final HttpSigner<AwsCredentialsIdentity> signer = scheme.signer();

  @Override
  public String schemeId() {
    return scheme.schemeId();
  }

  @Override
  public IdentityProvider<AwsCredentialsIdentity> identityProvider(IdentityProviders providers) {
    return scheme.identityProvider(providers);
  }

  @Override
  public HttpSigner<AwsCredentialsIdentity> signer() {
    return this;
  }

  @Override
  public SignedRequest sign(SignRequest<? extends AwsCredentialsIdentity> wanted) {
    SdkHttpRequest request = wanted.request();
    boolean isChecked =
        wanted.payload().isPresent() && request.firstMatchingHeader(CHECKSUM).isPresent();
    return isChecked ? signHeaders(wanted) : signer.sign(wanted);
  }

  /** The SDK leaves bodies unsigned over TLS only, so it is told that there will be TLS. */
  private SignedRequest signHeaders(SignRequest<? extends AwsCredentialsIdentity> wanted) {
    SdkHttpRequest request = wanted.request();
    SdkHttpRequest asOverTls =
        request.toBuilder().protocol("https").putHeader("Host", hostOf(request)).build();
    SignedRequest signed = signer.sign(wanted.toBuilder().request(asOverTls).build());
    return signed.toBuilder()
        .request(signed.request().toBuilder().protocol(request.protocol()).build())
        .build();
  }

  /** Stated here, as the signer would take it from the protocol. */
  private static String hostOf(SdkHttpRequest request) {
    return request.port() == 80 ? request.host() : request.host() + ":" + request.port();
  }

  @Override
  public CompletableFuture<AsyncSignedRequest> signAsync(
      AsyncSignRequest<? extends AwsCredentialsIdentity> wanted) {
    return signer.signAsync(wanted);
  }
}

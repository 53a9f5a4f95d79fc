package dev.cove.it.cli;

import dev.cove.s3.S3Credentials.Keys;
import dev.cove.storage.testkit.server.S3Server;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/** Keys with a session token, as the server's security token service hands them out. */
final class TemporaryKeys {
  private static final String ASK = "Action=AssumeRole&Version=2011-06-15&DurationSeconds=900";

  private TemporaryKeys() {}

  static Keys of(S3Server server) throws IOException, InterruptedException {
    SdkHttpRequest request = SdkHttpRequest.builder()
        .method(SdkHttpMethod.POST)
        .uri(server.endpoint().resolve("/"))
        .putHeader("Content-Type", "application/x-www-form-urlencoded")
        .build();
    byte[] body = ASK.getBytes(StandardCharsets.UTF_8);
    SignedRequest signed = AwsV4HttpSigner.create()
        .sign(sign -> sign.identity(
                AwsCredentialsIdentity.create(server.accessKey(), server.secretKey()))
            .request(request)
            .payload(() -> new ByteArrayInputStream(body))
            .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "sts")
            .putProperty(AwsV4HttpSigner.REGION_NAME, server.region()));
    HttpRequest.Builder post = HttpRequest.newBuilder(server.endpoint().resolve("/"))
        .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    signed.request().forEachHeader((name, values) -> {
      if (!name.equalsIgnoreCase("Host") && !name.equalsIgnoreCase("Content-Length")) {
        values.forEach(value -> post.header(name, value));
      }
    });
    String answer =
        HttpClient.newHttpClient().send(post.build(), BodyHandlers.ofString()).body();
    return new Keys(
        element(answer, "AccessKeyId"),
        element(answer, "SecretAccessKey"),
        element(answer, "SessionToken"));
  }

  private static String element(String xml, String name) {
    Matcher found = Pattern.compile("<" + name + ">([^<]+)</" + name + ">").matcher(xml);
    if (!found.find()) {
      throw new AssertionError("no " + name + " in " + xml);
    }
    return found.group(1);
  }
}

package dev.cove.it.cli;

import dev.cove.s3.S3Config;
import dev.cove.s3.S3Credentials;
import dev.cove.s3.S3ObjectStores;
import dev.cove.storage.Content;
import dev.cove.storage.GetRequest;
import dev.cove.storage.ListRequest;
import dev.cove.storage.ObjectBody;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.WriteOptions;
import dev.cove.storage.testkit.server.S3Server;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** A bucket of a test's own, as another program writes and reads it. */
final class Bucket {
  private final String name;
  private final ObjectStore store;

  private Bucket(String name, ObjectStore store) {
    this.name = name;
    this.store = store;
  }

  static Bucket create(S3Server server) throws IOException {
    String name = "cove-it-" + UUID.randomUUID();
    try (S3Client admin = S3Client.builder()
        .endpointOverride(server.endpoint())
        .region(Region.of(server.region()))
        .forcePathStyle(true)
        .httpClientBuilder(Apache5HttpClient.builder())
        .credentialsProvider(StaticCredentialsProvider.create(
            AwsBasicCredentials.create(server.accessKey(), server.secretKey())))
        .build()) {
      admin.createBucket(request -> request.bucket(name));
    }
    S3Credentials.Keys keys = new S3Credentials.Keys(server.accessKey(), server.secretKey(), null);
    return new Bucket(
        name,
        S3ObjectStores.open(S3Config.bucket(name)
            .endpoint(server.endpoint())
            .region(server.region())
            .credentials(S3Credentials.of(() -> keys))
            .build()));
  }

  String uri() {
    return "s3://" + name;
  }

  void put(String key, String text) throws IOException {
    store.put(key, Content.of(text.getBytes(StandardCharsets.UTF_8)), WriteOptions.DEFAULT);
  }

  List<String> keys() throws IOException {
    return store.list(ListRequest.all("")).objects().stream()
        .map(ObjectInfo::key)
        .toList();
  }

  String get(String key) throws IOException {
    try (ObjectBody body = store.get(GetRequest.whole(key))) {
      ByteBuffer bytes = ByteBuffer.allocate(1 << 20);
      while (body.read(bytes) >= 0) {
        // until its end
      }
      return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
    }
  }
}

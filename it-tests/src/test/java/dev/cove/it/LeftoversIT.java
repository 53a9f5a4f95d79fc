package dev.cove.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.cove.storage.testkit.server.S3Server;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/** What all tests before it, crashes and faults included, have left in the buckets of the shared server. */
@Order(Integer.MAX_VALUE)
final class LeftoversIT {
  private static final String OURS = "cove-it-";
  // What mounts and the kernel's FUSE library make for themselves, at any depth.
  private static final Pattern HELPER = Pattern.compile("(^|/)\\.(fuse_hidden|cove)");

  private S3Client admin;

  @BeforeEach
  void connect() {
    S3Server server = S3Server.shared();
    // The embedded server stands in on machines without MinIO alone; CI insists on the real one.
    assumeThat(server.isReal()).isTrue();
    // One that was given may serve another run beside this one, which has uploads under way.
    assumeThat(System.getenv("COVE_TEST_S3_ENDPOINT")).isNull();
    admin = S3Client.builder()
        .endpointOverride(server.endpoint())
        .region(Region.of(server.region()))
        .forcePathStyle(true)
        .httpClientBuilder(Apache5HttpClient.builder())
        .credentialsProvider(StaticCredentialsProvider.create(
            AwsBasicCredentials.create(server.accessKey(), server.secretKey())))
        .build();
  }

  @AfterEach
  void disconnect() {
    if (admin != null) {
      admin.close();
    }
  }

  private List<String> buckets() {
    return admin.listBuckets().buckets().stream()
        .map(bucket -> bucket.name())
        .filter(name -> name.startsWith(OURS))
        .toList();
  }

  private List<String> uploads(String bucket) {
    return admin.listMultipartUploadsPaginator(request -> request.bucket(bucket)).uploads().stream()
        .map(MultipartUpload::key)
        .toList();
  }

  private List<String> helpers(String bucket) {
    return admin.listObjectsV2Paginator(request -> request.bucket(bucket)).contents().stream()
        .map(object -> object.key())
        .filter(HELPER.asPredicate())
        .toList();
  }

  @Test
  void noUploadUnderWayAndNoHelperObjectIsLeftByAnyTest() {
    List<String> left = new ArrayList<>();
    for (String bucket : buckets()) {
      uploads(bucket).forEach(key -> left.add("upload of " + bucket + "/" + key));
      helpers(bucket).forEach(key -> left.add(bucket + "/" + key));
    }
    assertThat(left).isEmpty();
  }

  /** The test above would notice: servers differ in what they list without a prefix. */
  @Test
  void anUploadAndAHelperObjectThatAreLeftAreSeen() {
    String bucket = OURS + "leftovers-" + UUID.randomUUID();
    admin.createBucket(request -> request.bucket(bucket));
    String upload = admin
        .createMultipartUpload(request -> request.bucket(bucket).key("d/unfinished"))
        .uploadId();
    admin.putObject(request -> request.bucket(bucket).key("d/.fuse_hidden1"), RequestBody.empty());
    try {
      assertThat(buckets()).contains(bucket);
      assertThat(uploads(bucket)).containsExactly("d/unfinished");
      assertThat(helpers(bucket)).containsExactly("d/.fuse_hidden1");
    } finally {
      admin.abortMultipartUpload(
          request -> request.bucket(bucket).key("d/unfinished").uploadId(upload));
      admin.deleteObject(request -> request.bucket(bucket).key("d/.fuse_hidden1"));
      admin.deleteBucket(request -> request.bucket(bucket));
    }
  }
}

package dev.cove.storage.testkit.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ProxyRequestTest {

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
      GET /b/a | GET a
      GET /b/dir/a%20b+c%2Fd%C3%BC?x-id=GetObject | GET dir/a b+c/dü
      HEAD /b/a | HEAD a
      PUT /b/a?x-id=PutObject | PUT a
      DELETE /b/a | DELETE a
      DELETE /b/a?uploadId=u | ABORT a
      GET /b/a?tagging | TAGS a
      GET /b/a?uploadId=u&max-parts=1000 | LIST-PARTS a
      PUT /b/a?partNumber=3&uploadId=u | PART a 3
      POST /b/a?uploads | CREATE-UPLOAD a
      POST /b/a?uploadId=u | COMPLETE a
      POST /b?delete | DELETE-ALL
      POST /b/?delete= | DELETE-ALL
      GET /b?list-type=2&prefix=a%2F&delimiter=%2F&max-keys=1000 | LIST a/ /
      GET /b/?list-type=2&max-keys=5&continuation-token=x&start-after=y | LIST "" limit 5 next
      GET /b?list-type=2&prefix=&start-after=k | LIST "" after k
      GET /b?uploads&prefix=a | LIST-UPLOADS a
      PUT /b | PUT /b
      GET /b?location | GET /b?location
      GET /storage/v1/b/bucket/o?prefix=a/&delimiter=/ | LIST a/ /
      GET /storage/v1/b/bucket/o/a%2Fb | HEAD a/b
      GET /storage/v1/b/bucket/o/a%2Fb?alt=media | GET a/b
      GET /download/storage/v1/b/bucket/o/a%2Fb?alt=media | GET a/b
      DELETE /storage/v1/b/bucket/o/a%2Fb | DELETE a/b
      POST /upload/storage/v1/b/bucket/o?name=a%2Fb&uploadType=resumable | CREATE-UPLOAD a/b
      POST /upload/storage/v1/b/bucket/o?name=a%2Fb&uploadType=multipart | PUT a/b
      PUT /upload/storage/v1/b/bucket/o?name=a%2Fb&upload_id=1 | PART a/b
      POST /storage/v1/b/bucket/o/a%2Fb/rewriteTo/b/bucket/o/c | COPY a/b -> c
      """)
  void requestsAreNamedAsTheStoresCallsThatMakeThem(String request, String line) {
    String[] methodAndTarget = request.split(" ", 2);
    assertThat(ProxyRequest.of(methodAndTarget[0], methodAndTarget[1], Set.of(), name -> null)
            .line())
        .isEqualTo(line);
  }

  @Test
  void rangesAndCopySourcesAreTakenFromHeaders() {
    Map<String, String> headers = Map.of(
        "Range", "bytes=0-1023",
        "x-amz-copy-source", "/b/a%20source?versionId=v",
        "x-amz-copy-source-range", "bytes=0-99");
    assertThat(ProxyRequest.of("GET", "/b/a", headers.keySet(), headers::get).line())
        .isEqualTo("GET a 0-1023");
    assertThat(ProxyRequest.of("PUT", "/b/a", headers.keySet(), headers::get).line())
        .isEqualTo("COPY a source -> a");
    assertThat(
            ProxyRequest.of("PUT", "/b/a?partNumber=1&uploadId=u", headers.keySet(), headers::get)
                .line())
        .isEqualTo("PART-COPY a 1 <- a source 0-99");
  }
}

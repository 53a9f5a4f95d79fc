package dev.cove.storage.testkit.proxy;

import static dev.cove.storage.StoreOperation.GET;
import static dev.cove.storage.StoreOperation.PUT;
import static dev.cove.storage.StoreOperation.UPLOAD_PART;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cove.storage.testkit.Gate;
import dev.cove.storage.testkit.Together;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class HttpFaultProxyTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final OriginServer origin = new OriginServer();
  private final HttpFaultProxy proxy = HttpFaultProxy.start(origin.endpoint());
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  HttpFaultProxyTest() throws IOException {}

  @AfterEach
  void stop() {
    proxy.close();
    origin.close();
  }

  @Test
  void whatNoFaultStrikesGoesThroughUnchanged() throws Exception {
    HttpResponse<byte[]> answer = get("b/a%20b+c%2F%C3%BC?x=1&y=%2B");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(OriginServer.content(1_000));
    assertThat(answer.headers().map()).containsKey("x-odd-case");
    assertThat(origin.received()).singleElement().satisfies(received -> {
      assertThat(received.target()).isEqualTo("/b/a%20b+c%2F%C3%BC?x=1&y=%2B");
      assertThat(received.host()).containsExactly(proxy.endpoint().getAuthority());
    });
  }

  @Test
  void largeBodiesStreamInBothDirections() throws Exception {
    int size = 40_000_000;
    byte[] content = OriginServer.content(size);
    assertThat(put("b/large", content).statusCode()).isEqualTo(204);
    assertThat(origin.received()).singleElement().satisfies(received -> {
      assertThat(received.bodySize()).isEqualTo(size);
      assertThat(received.bodyCrc()).isEqualTo(OriginServer.crc(content));
    });
    assertThat(get("b/" + size).body()).isEqualTo(content);
  }

  @Test
  void bodiesWithoutALengthGoThrough() throws Exception {
    byte[] content = OriginServer.content(3_000_000);
    HttpRequest chunked = request("b/a")
        .PUT(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(content)))
        .build();
    assertThat(client.send(chunked, BodyHandlers.discarding()).statusCode()).isEqualTo(204);
    assertThat(origin.received())
        .singleElement()
        .satisfies(received -> assertThat(received.bodyCrc()).isEqualTo(OriginServer.crc(content)));
  }

  @Test
  void anExpectedContinueIsPassedOnBeforeTheBody() throws Exception {
    byte[] content = OriginServer.content(200_000);
    HttpRequest expecting = request("b/a")
        .expectContinue(true)
        .PUT(BodyPublishers.ofByteArray(content))
        .build();
    assertThat(client.send(expecting, BodyHandlers.discarding()).statusCode()).isEqualTo(204);
    assertThat(get("b/500").body()).hasSize(500);
    assertThat(origin.received()).hasSize(2);
  }

  @Test
  void anAnswerToHeadHasALengthAndNoBody() throws Exception {
    HttpRequest head = request("b/1234").method("HEAD", BodyPublishers.noBody()).build();
    for (int i = 0; i < 3; i++) {
      HttpResponse<byte[]> answer = client.send(head, BodyHandlers.ofByteArray());
      assertThat(answer.headers().firstValueAsLong("Content-Length")).hasValue(1_234);
      assertThat(answer.body()).isEmpty();
    }
    assertThat(get("b/10").body()).hasSize(10);
  }

  @Test
  void manyClientsAreServedAtOnce() throws Exception {
    Together.run(16, thread -> {
      for (int i = 0; i < 30; i++) {
        assertThat(get("b/" + (thread * 1_000 + i)).body())
            .isEqualTo(OriginServer.content(thread * 1_000 + i));
      }
      return true;
    });
    assertThat(proxy.requestCount()).isEqualTo(16 * 30);
    assertThat(proxy.requests()).hasSize(16 * 30);
  }

  @Test
  void aPlantedAnswerIsGivenAsOftenAsItIsTold() throws Exception {
    ProxyFault fault = proxy.on(PUT).key("a").times(2).answerS3(503, "SlowDown");
    HttpResponse<byte[]> answer = put("b/a", new byte[100_000]);
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body()).asString().contains("<Code>SlowDown</Code>");
    assertThat(put("b/other", new byte[10]).statusCode()).isEqualTo(204);
    assertThat(put("b/a", new byte[10]).statusCode()).isEqualTo(503);
    assertThat(put("b/a", new byte[10]).statusCode()).isEqualTo(204);
    assertThat(fault.strikes()).isEqualTo(2);
    assertThat(origin.received()).hasSize(2);
    assertThat(proxy.take()).containsExactly("PUT a", "PUT other", "PUT a", "PUT a");
    assertThat(proxy.take()).isEmpty();
  }

  @Test
  void aPlantedAnswerComesInsteadOfTheContinue() throws Exception {
    proxy.on(PUT).once().answerS3(403, "AccessDenied");
    // By hand: the JDK's own client on 17 waits for ever when anything but a 100 answers its
    // expectation.
    String answer = new String(
        exchangeByHand(
            "PUT /b/a HTTP/1.1\r\nHost: h\r\nContent-Length: 200000\r\nExpect: 100-continue\r\n\r\n"),
        US_ASCII);
    assertThat(answer)
        .startsWith("HTTP/1.1 403 ")
        .containsIgnoringCase("connection: close")
        .endsWith("</Error>");
    assertThat(origin.received()).isEmpty();
    assertThat(put("b/a", new byte[10]).statusCode()).isEqualTo(204);
  }

  @Test
  void aFaultStrikesByKeyAndQuery() throws Exception {
    proxy.on(UPLOAD_PART).key("a").query("partNumber", "2").answerS3(500, "InternalError");
    assertThat(put("b/a?partNumber=1&uploadId=u", new byte[10]).statusCode()).isEqualTo(204);
    assertThat(put("b/a?partNumber=2&uploadId=u", new byte[10]).statusCode()).isEqualTo(500);
    assertThat(put("b/c?partNumber=2&uploadId=u", new byte[10]).statusCode()).isEqualTo(204);
    proxy.heal();
    assertThat(put("b/a?partNumber=2&uploadId=u", new byte[10]).statusCode()).isEqualTo(204);
  }

  @Test
  void aRefusedRequestNeverReachesTheServer() throws Exception {
    proxy.on(PUT).refuse();
    assertThatThrownBy(() -> put("b/a", new byte[10])).isInstanceOf(IOException.class);
    assertThat(origin.received()).isEmpty();
  }

  @Test
  void aLostAnswerHasBeenAppliedByTheServer() throws Exception {
    proxy.on(PUT).once().loseAnswer();
    assertThatThrownBy(() -> put("b/a", new byte[100_000])).isInstanceOf(IOException.class);
    assertThat(origin.received())
        .singleElement()
        .satisfies(received -> assertThat(received.bodySize()).isEqualTo(100_000));
  }

  @Test
  void anAnswerIsCutAfterExactlyItsBytes() throws Exception {
    byte[] whole = OriginServer.content(1_000_000);
    for (int cut : new int[] {0, 1, 70_000, 999_999}) {
      proxy.on(GET).once().cutAnswer(cut);
      byte[] answer = exchangeByHand("GET /b/1000000 HTTP/1.1\r\nHost: h\r\n\r\n");
      String head = new String(answer, 0, answer.length - cut, US_ASCII);
      assertThat(head).startsWith("HTTP/1.1 200 ").contains("1000000").endsWith("\r\n\r\n");
      assertThat(Arrays.copyOfRange(answer, answer.length - cut, answer.length))
          .isEqualTo(Arrays.copyOf(whole, cut));
    }
  }

  @Test
  void aClientNoticesThatAnAnswerWasCut() throws Exception {
    proxy.on(GET).once().cutAnswer(70_000);
    assertThatThrownBy(() -> get("b/1000000")).isInstanceOf(IOException.class);
    assertThat(get("b/1000000").body()).hasSize(1_000_000);
  }

  @Test
  void aRequestIsCutBeforeTheServerHasItsBody() throws Exception {
    proxy.on(PUT).once().cutRequest(5_000);
    assertThatThrownBy(() -> put("b/a", new byte[2_000_000])).isInstanceOf(IOException.class);
    assertThat(origin.received())
        .allSatisfy(received -> assertThat(received.bodySize()).isLessThan(2_000_000));
  }

  @Test
  void theConnectionIsClosedBehindAnAnswer() throws Exception {
    proxy.on(GET).once().closeAfterAnswer();
    assertThat(get("b/100000").body()).hasSize(100_000);
    assertThat(get("b/100000").body()).hasSize(100_000);
  }

  @Test
  void oneBitIsTurnedAround() throws Exception {
    byte[] content = OriginServer.content(300_000);
    byte[] damaged = content.clone();
    damaged[200_000] ^= 1;
    proxy.onAny().times(2).flipAnswerBit(200_000);
    assertThat(get("b/300000").body()).isEqualTo(damaged);
    proxy.heal();
    proxy.onAny().once().flipRequestBit(200_000);
    put("b/a", content);
    assertThat(origin.received().get(1).bodyCrc()).isEqualTo(OriginServer.crc(damaged));
    assertThat(get("b/300000").body()).isEqualTo(content);
  }

  @Test
  void aRequestHangsUntilTheGateOpensAndOthersGoOn() throws Exception {
    Gate gate = proxy.on(GET).key("7").hang();
    CompletableFuture<HttpResponse<byte[]>> hanging =
        client.sendAsync(request("b/7").build(), BodyHandlers.ofByteArray());
    gate.awaitArrival(PATIENCE);
    assertThat(get("b/8").body()).hasSize(8);
    assertThat(hanging).isNotDone();
    assertThat(origin.received()).hasSize(1);
    gate.open();
    assertThat(hanging.get(10, TimeUnit.SECONDS).body()).hasSize(7);
  }

  @Test
  void anAnswerHangsUntilTheGateOpens() throws Exception {
    Gate gate = proxy.on(GET).applyThenHang();
    CompletableFuture<HttpResponse<byte[]>> hanging =
        client.sendAsync(request("b/3000000").build(), BodyHandlers.ofByteArray());
    gate.awaitArrival(PATIENCE);
    assertThat(origin.received()).hasSize(1);
    assertThat(hanging).isNotDone();
    gate.open();
    assertThat(hanging.get(10, TimeUnit.SECONDS).body()).isEqualTo(OriginServer.content(3_000_000));
  }

  @Test
  void bodiesStallUntilTheGateOpens() throws Exception {
    Gate gate = proxy.on(GET).once().stallAnswer(100_000);
    HttpResponse<InputStream> answer =
        client.send(request("b/3000000").build(), BodyHandlers.ofInputStream());
    try (InputStream body = answer.body()) {
      byte[] first = body.readNBytes(100_000);
      gate.awaitArrival(PATIENCE);
      assertThat(body.available()).isZero();
      gate.open();
      byte[] rest = body.readAllBytes();
      assertThat(first.length + rest.length).isEqualTo(3_000_000);
      assertThat(rest[rest.length - 1]).isEqualTo(OriginServer.content(3_000_000)[2_999_999]);
    }
    Gate sending = proxy.on(PUT).once().stallRequest(50_000);
    CompletableFuture<HttpResponse<Void>> put = client.sendAsync(
        request("b/a")
            .PUT(BodyPublishers.ofByteArray(OriginServer.content(900_000)))
            .build(),
        BodyHandlers.discarding());
    sending.awaitArrival(PATIENCE);
    assertThat(put).isNotDone();
    sending.open();
    assertThat(put.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(204);
    assertThat(origin.received().get(1).bodyCrc())
        .isEqualTo(OriginServer.crc(OriginServer.content(900_000)));
  }

  @Test
  void latencyIsAddedToEveryAnswer() throws Exception {
    get("b/1");
    proxy.latency(Duration.ofMillis(40));
    long start = System.nanoTime();
    for (int i = 0; i < 3; i++) {
      get("b/1");
    }
    assertThat(System.nanoTime() - start)
        .isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(120));
  }

  @Test
  void aDelayedRequestReachesTheServerLater() throws Exception {
    proxy.on(GET).once().delay(Duration.ofMillis(60));
    long start = System.nanoTime();
    assertThat(get("b/1").body()).hasSize(1);
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(60));
  }

  @Test
  void whoIsDownComesBack() throws Exception {
    get("b/1");
    proxy.goDown();
    assertThatThrownBy(() -> get("b/1")).isInstanceOf(IOException.class);
    proxy.heal();
    assertThat(get("b/1").body()).hasSize(1);
    proxy.cutConnections();
    assertThat(get("b/2").body()).hasSize(2);
  }

  @Test
  void aServerThatIsGoneIsAClosedConnection() {
    origin.close();
    assertThatThrownBy(() -> get("b/1")).isInstanceOf(IOException.class);
  }

  /** All that comes back until the proxy closes the connection. */
  private byte[] exchangeByHand(String request) throws IOException {
    try (Socket socket = new Socket(proxy.endpoint().getHost(), proxy.endpoint().getPort())) {
      socket.getOutputStream().write(request.getBytes(US_ASCII));
      return socket.getInputStream().readAllBytes();
    }
  }

  private HttpRequest.Builder request(String target) {
    return HttpRequest.newBuilder(URI.create(proxy.endpoint() + "/" + target))
        .timeout(Duration.ofSeconds(20));
  }

  private HttpResponse<byte[]> get(String target) throws IOException, InterruptedException {
    return client.send(request(target).build(), BodyHandlers.ofByteArray());
  }

  private HttpResponse<byte[]> put(String target, byte[] body)
      throws IOException, InterruptedException {
    return client.send(
        request(target).PUT(BodyPublishers.ofByteArray(body)).build(), BodyHandlers.ofByteArray());
  }
}

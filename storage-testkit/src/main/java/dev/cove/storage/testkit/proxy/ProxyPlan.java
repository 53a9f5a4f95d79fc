package dev.cove.storage.testkit.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cove.storage.testkit.Gate;
import dev.cove.storage.testkit.StrikeCount;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Says which requests a fault strikes, and plants it; not for use by several threads. */
public final class ProxyPlan {
  private final Consumer<ProxyFault> garden;
  private Predicate<ProxyRequest> requests;
  private int spared;
  private int times = Integer.MAX_VALUE;

  ProxyPlan(Predicate<ProxyRequest> requests, Consumer<ProxyFault> garden) {
    this.requests = requests;
    this.garden = garden;
  }

  /** Only requests for this key; for lists, this prefix. */
  public ProxyPlan key(String key) {
    return where(request -> key.equals(request.key()));
  }

  /** Only requests with this parameter, as {@code uploadId} or {@code partNumber}. */
  public ProxyPlan query(String name, String value) {
    return where(request -> value.equals(request.query().get(name)));
  }

  /** Only requests that this holds of too. */
  public ProxyPlan where(Predicate<ProxyRequest> matching) {
    requests = requests.and(matching);
    return this;
  }

  public ProxyPlan once() {
    return times(1);
  }

  public ProxyPlan times(int count) {
    times = count;
    return this;
  }

  /** Lets that many matching requests go first. */
  public ProxyPlan after(int count) {
    spared = count;
    return this;
  }

  /** Answers with that status and a body as S3 has it; the server is not asked. */
  public ProxyFault answerS3(int status, String code) {
    String xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>" + code
        + "</Code><Message>Planted.</Message><RequestId>planted</RequestId></Error>";
    return answer(status, "application/xml", xml);
  }

  /** Answers with that status and a body as GCS has it; the server is not asked. */
  public ProxyFault answerGcs(int status, String reason) {
    String json =
        "{\"error\":{\"code\":" + status + ",\"message\":\"Planted.\",\"errors\":[{\"reason\":\""
            + reason + "\",\"message\":\"Planted.\"}]}}";
    return answer(status, "application/json", json);
  }

  public ProxyFault answer(int status, String contentType, String body) {
    return plant(new ProxyEffect.Answer(status, contentType, body.getBytes(UTF_8)));
  }

  /** Closes the connection without asking the server. */
  public ProxyFault refuse() {
    return plant(new ProxyEffect.Refuse());
  }

  /** Asks the server only after that long. */
  public ProxyFault delay(Duration time) {
    return plant(new ProxyEffect.Delay(time));
  }

  /** Asks the server only when the gate is open. */
  public Gate hang() {
    Gate gate = new Gate();
    plant(new ProxyEffect.HoldRequest(gate));
    return gate;
  }

  /** Passes the server's answer on only when the gate is open. */
  public Gate applyThenHang() {
    Gate gate = new Gate();
    plant(new ProxyEffect.HoldAnswer(gate));
    return gate;
  }

  /** Lets the server do what was asked, then closes the connection instead of passing its answer on. */
  public ProxyFault loseAnswer() {
    return plant(new ProxyEffect.LoseAnswer());
  }

  /** Passes the whole answer on, then closes the connection. */
  public ProxyFault closeAfterAnswer() {
    return plant(new ProxyEffect.CloseBehindAnswer());
  }

  /** Closes the connections when the server has got that many bytes of the request's body. */
  public ProxyFault cutRequest(long afterBytes) {
    return plant(new ProxyEffect.InRequestBody(new ProxyEffect.Cut(afterBytes)));
  }

  /** Closes the connections when the client has got that many bytes of the answer's body. */
  public ProxyFault cutAnswer(long afterBytes) {
    return plant(new ProxyEffect.InAnswerBody(new ProxyEffect.Cut(afterBytes)));
  }

  public Gate stallRequest(long afterBytes) {
    Gate gate = new Gate();
    plant(new ProxyEffect.InRequestBody(new ProxyEffect.Stall(afterBytes, gate)));
    return gate;
  }

  public Gate stallAnswer(long afterBytes) {
    Gate gate = new Gate();
    plant(new ProxyEffect.InAnswerBody(new ProxyEffect.Stall(afterBytes, gate)));
    return gate;
  }

  /** One bit of that byte of the request's body as it is on the wire, aws-chunked framing included. */
  public ProxyFault flipRequestBit(long atByte) {
    return plant(new ProxyEffect.InRequestBody(new ProxyEffect.FlipBit(atByte)));
  }

  public ProxyFault flipAnswerBit(long atByte) {
    return plant(new ProxyEffect.InAnswerBody(new ProxyEffect.FlipBit(atByte)));
  }

  private ProxyFault plant(ProxyEffect effect) {
    ProxyFault fault = new ProxyFault(requests, new StrikeCount(spared, times), effect);
    garden.accept(fault);
    return fault;
  }
}

package dev.cove.storage.testkit.proxy;

import dev.cove.storage.testkit.StrikeCount;
import java.util.function.Predicate;

/** A fault in place on the wire. */
public final class ProxyFault {
  private final Predicate<ProxyRequest> requests;
  private final StrikeCount count;
  private final ProxyEffect effect;

  ProxyFault(Predicate<ProxyRequest> requests, StrikeCount count, ProxyEffect effect) {
    this.requests = requests;
    this.count = count;
    this.effect = effect;
  }

  /** How often it has struck. */
  public int strikes() {
    return count.strikes();
  }

  boolean claims(ProxyRequest request) {
    return requests.test(request) && count.next();
  }

  ProxyEffect effect() {
    return effect;
  }
}

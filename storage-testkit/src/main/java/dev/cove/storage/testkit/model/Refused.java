package dev.cove.storage.testkit.model;

import java.util.Set;

/** An operation that ended with an errno. */
public final class Refused extends Exception {
  private static final long serialVersionUID = 1L;

  private final Set<String> errnos;

  /** @param errnos its name; of a model all that are right, where systems differ */
  public Refused(String... errnos) {
    super(String.join(" or ", errnos));
    this.errnos = Set.of(errnos);
  }

  Set<String> errnos() {
    return errnos;
  }
}

package dev.cove.storage.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * Every promise of {@link dev.cove.storage.ObjectStore}, as tests. A backend extends it, hands its
 * store over in {@link #store()}, and says through the other hooks what its server refuses; where
 * it cannot keep a promise at all, {@link #deviations()} names the test and the reason.
 */
public abstract class ObjectStoreContract extends ConditionContract {

  @Test
  void theAddressHasASchemeAndNoTrailingSlash() {
    assertThat(store().uri()).matches("[a-z0-9]+://.*[^/]");
  }

  @Test
  void capabilitiesStayTheSame() {
    assertThat(store().capabilities()).isEqualTo(store().capabilities());
  }
}

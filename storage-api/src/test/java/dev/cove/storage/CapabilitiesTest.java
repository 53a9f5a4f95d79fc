package dev.cove.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.cove.storage.Capabilities.Feature;
import org.junit.jupiter.api.Test;

final class CapabilitiesTest {

  @Test
  void aBuilderThatBeginsWithABackendKeepsAllOfIt() {
    Capabilities backend = Capabilities.builder()
        .can(Feature.values())
        .partSize(2, 3)
        .maxParts(4)
        .maxPutSize(5)
        .maxCopySize(6)
        .maxObjectSize(7)
        .build();
    assertThat(backend)
        .isEqualTo(
            new Capabilities(true, true, true, true, true, true, true, true, 2, 3, 4, 5, 6, 7));
    assertThat(backend.toBuilder().build()).isEqualTo(backend);
  }

  @Test
  void aFeatureCanBeTakenAway() {
    Capabilities all = Capabilities.builder().can(Feature.values()).build();
    Capabilities most = all.toBuilder().cannot(Feature.CONDITIONAL_DELETE).build();
    assertThat(most.conditionalDelete()).isFalse();
    assertThat(most.conditionalCopy()).isTrue();
    assertThat(most.conditionalPut()).isTrue();
  }

  @Test
  void limitsThatLeaveNoRoomAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Capabilities.builder().partSize(5, 4).build());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Capabilities.builder().maxParts(0).build());
  }
}

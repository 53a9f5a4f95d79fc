package dev.cove.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.state.Linearizability.Step;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The checker finds what it is there to find. */
final class LinearizabilityTest {
  private static Step step(long begin, long end, String action, String result) {
    return new Step(begin, end, "x", action, result);
  }

  @Test
  void stepsThatOverlapMayHaveHappenedInEitherOrder() {
    List<Step> steps =
        List.of(step(1, 9, "put 1", "done"), step(2, 8, "get", "none"), step(3, 7, "get", "1"));
    assertThat(Linearizability.holds(steps, Linearizability::key)).isTrue();
  }

  @Test
  void aReadOfAnOldValueAfterANewOneIsFound() {
    List<Step> steps =
        List.of(step(1, 9, "put 1", "done"), step(2, 3, "get", "1"), step(4, 5, "get", "none"));
    assertThat(Linearizability.holds(steps, Linearizability::key)).isFalse();
  }

  @Test
  void aLostIncrementIsFound() {
    List<Step> steps = List.of(step(1, 4, "increment", "1"), step(2, 5, "increment", "1"));
    assertThat(Linearizability.holds(steps, Linearizability::key)).isFalse();
  }

  @Test
  void anItemTakenTwiceOrOutOfOrderIsFound() {
    Step a = step(1, 2, "offer a", "true");
    Step b = step(3, 4, "offer b", "true");
    assertThat(Linearizability.holds(
            List.of(a, b, step(5, 6, "poll", "a"), step(5, 6, "poll", "b")),
            Linearizability::queue))
        .isTrue();
    assertThat(Linearizability.holds(
            List.of(a, b, step(5, 6, "poll", "a"), step(7, 8, "poll", "a")),
            Linearizability::queue))
        .isFalse();
    assertThat(
            Linearizability.holds(List.of(a, b, step(5, 6, "poll", "b")), Linearizability::queue))
        .isFalse();
  }
}

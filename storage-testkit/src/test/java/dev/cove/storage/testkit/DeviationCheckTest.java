package dev.cove.storage.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;
import static org.junit.platform.testkit.engine.EventConditions.event;
import static org.junit.platform.testkit.engine.EventConditions.finishedSuccessfully;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import dev.cove.storage.ObjectStore;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.StoreOperation;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

final class DeviationCheckTest {

  @Test
  void aDeviationThatIsListedMayFail() {
    run(Deviating.class, "deletingAMissingObjectIsNoError")
        .assertThatEvents()
        .haveExactly(1, event(finishedSuccessfully()));
  }

  @Test
  void aDeviationThatIsGoneMustBeTakenFromTheList() {
    run(Deviating.class, "deletingNothingIsNoError")
        .assertThatEvents()
        .haveExactly(
            1, event(finishedWithFailure(message(text -> text.contains("take it from the list")))));
  }

  @Test
  void aFailureThatIsNotListedFails() {
    run(Deviating.class, "aDeletedObjectIsGoneFromHeadGetAndList")
        .assertThatEvents()
        .haveExactly(1, event(finishedWithFailure(message(text -> text.contains("planted")))));
  }

  @Test
  void aDeviationFromATestThatDoesNotExistFails() {
    run(Misspelt.class, "deletingNothingIsNoError")
        .assertThatEvents()
        .haveExactly(1, event(finishedWithFailure(message(text -> text.contains("noSuchTest")))));
  }

  private static Events run(Class<?> contract, String test) {
    Events finished = EngineTestKit.engine("junit-jupiter")
        .selectors(selectMethod(contract, test))
        .execute()
        .testEvents()
        .finished();
    assertThat(finished.count()).isEqualTo(1);
    return finished;
  }

  /** Cannot delete single objects, and says so of one test; also of one that does keep its promise. */
  static class Deviating extends ObjectStoreContract {
    private final FaultyObjectStore store = new FaultyObjectStore(new MemoryObjectStore());

    Deviating() {
      store.on(StoreOperation.DELETE).fail(Kind.UNSUPPORTED);
    }

    @Override
    protected ObjectStore store() {
      return store;
    }

    @Override
    protected Map<String, String> deviations() {
      return Map.of(
          "deletingAMissingObjectIsNoError", "no delete here",
          "deletingNothingIsNoError", "a reason that no longer holds");
    }
  }

  /** Names a test there is none of. */
  static class Misspelt extends ObjectStoreContract {
    private final ObjectStore store = new MemoryObjectStore();

    @Override
    protected ObjectStore store() {
      return store;
    }

    @Override
    protected Map<String, String> deviations() {
      return Map.of("noSuchTest", "misspelt");
    }
  }
}

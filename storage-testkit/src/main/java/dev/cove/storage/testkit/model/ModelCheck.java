package dev.cove.storage.testkit.model;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs operations and, when something differs, finds a short sequence that shows it. */
public final class ModelCheck {
  private final Maker maker;
  private final int patience;

  /** Makes a file system without any files. */
  public interface Maker {
    Subject make() throws IOException;
  }

  /** @param patience how many runs finding a short sequence may take; 0 where runs differ by themselves */
  public ModelCheck(Maker maker, int patience) {
    this.maker = maker;
    this.patience = patience;
  }

  /**
   * Passes when the file system does all of it as the model does.
   *
   * @throws AssertionError with the shortest sequence found that shows a difference
   */
  public void run(String name, List<Operation> operations) {
    Failure failure = attempt(operations);
    if (failure == null) {
      return;
    }
    Failure shortest = patience == 0
        ? null
        : shrink(operations.subList(0, Math.min(operations.size(), failure.at() + 1)));
    Failure shown = shortest == null ? failure : shortest;
    throw new AssertionError(
        name + ": " + shown.why().getMessage() + "\nafter\n" + shown.trace(), shown.why());
  }

  private record Failure(int at, Throwable why, String trace, List<Operation> operations) {}

  private @Nullable Failure attempt(List<Operation> operations) {
    StringBuilder trace = new StringBuilder();
    int at = 0;
    try (ModelRun run = new ModelRun(maker.make())) {
      try {
        for (; at < operations.size(); at++) {
          run.operate(operations.get(at));
        }
        run.finish();
        return null;
      } finally {
        trace.append(run.trace());
      }
    } catch (AssertionError | RuntimeException | IOException e) {
      return new Failure(at, e, trace.toString(), operations);
    }
  }

  /** The shortest prefix that fails, then without each operation that it fails without. */
  private @Nullable Failure shrink(List<Operation> failing) {
    int left = patience;
    Failure shortest = attempt(failing);
    for (int length = failing.size() - 1; shortest != null && length > 0 && left-- > 0; length--) {
      Failure shorter = attempt(failing.subList(0, length));
      if (shorter == null) {
        break;
      }
      shortest = shorter;
    }
    for (int i = 0; shortest != null && left-- > 0 && i < shortest.operations().size(); ) {
      List<Operation> fewer = new ArrayList<>(shortest.operations());
      fewer.remove(i);
      Failure shorter = attempt(fewer);
      if (shorter == null) {
        i++;
      } else {
        shortest = shorter;
      }
    }
    return shortest;
  }
}

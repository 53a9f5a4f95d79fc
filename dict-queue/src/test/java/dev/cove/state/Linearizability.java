package dev.cove.state;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Searches for an order of recorded steps that respects their times, each step between its begin and its end, and in which
 * each gives what it gave. If there is one, nobody can tell the store from one that takes one step at a time.
 */
final class Linearizability {
  /** A step as its process saw it; times are of the machine's one monotonic clock. */
  record Step(long begin, long end, String object, String action, String result) {
    static Step parse(String line) {
      String[] parts = line.split(",", -1);
      return new Step(
          Long.parseLong(parts[0]), Long.parseLong(parts[1]), parts[2], parts[3], parts[4]);
    }
  }

  /** What the steps are done to: its state as text. */
  interface Model {
    /** The state after the step, or null if the step cannot give what it gave. */
    String after(String state, Step step);
  }

  private final List<Step> steps;
  private final Model model;
  private final Set<List<Object>> seen = new HashSet<>();

  private Linearizability(List<Step> steps, Model model) {
    this.steps = new ArrayList<>(steps);
    this.steps.sort(Comparator.comparingLong(Step::begin));
    this.model = model;
  }

  /** Whether there is such an order, beginning with an empty object. */
  static boolean holds(List<Step> steps, Model model) {
    return new Linearizability(steps, model).search(new BitSet(), "");
  }

  private boolean search(BitSet done, String state) {
    if (done.cardinality() == steps.size()) {
      return true;
    }
    if (!seen.add(List.of(done.clone(), state))) {
      return false;
    }
    // Nothing that began after something else had ended can come before it.
    long firstEnd = Long.MAX_VALUE;
    for (int i = done.nextClearBit(0); i < steps.size(); i = done.nextClearBit(i + 1)) {
      firstEnd = Math.min(firstEnd, steps.get(i).end);
    }
    for (int i = done.nextClearBit(0); i < steps.size(); i = done.nextClearBit(i + 1)) {
      Step step = steps.get(i);
      if (step.begin > firstEnd) {
        return false;
      }
      String after = model.after(state, step);
      if (after != null) {
        done.set(i);
        if (search(done, after)) {
          return true;
        }
        done.clear(i);
      }
    }
    return false;
  }

  /** One key of a dict; the state is its value after a colon, or empty. */
  static String key(String state, Step step) {
    String[] words = step.action.split(" ");
    String value = state.isEmpty() ? "none" : state.substring(1);
    return switch (words[0]) {
      case "put" -> ":" + words[1];
      case "get" -> step.result.equals(value) ? state : null;
      case "pop" -> step.result.equals(value) ? "" : null;
      case "putIfAbsent" -> {
        boolean stored = state.isEmpty();
        yield step.result.equals("" + stored) ? (stored ? ":" + words[1] : state) : null;
      }
      case "compareAndSet" -> {
        boolean stored = value.equals(words[1]);
        yield step.result.equals("" + stored) ? (stored ? ":" + words[2] : state) : null;
      }
      case "increment" -> {
        long sum = (state.isEmpty() ? 0 : Long.parseLong(value)) + 1;
        yield step.result.equals("" + sum) ? ":" + sum : null;
      }
      default -> throw new IllegalArgumentException(step.action);
    };
  }

  /** A queue; the state is its items, each after a blank. */
  static String queue(String state, Step step) {
    if (step.action.startsWith("offer ")) {
      return step.result.equals("true") ? state + step.action.substring(5) : null;
    }
    if (state.isEmpty()) {
      return step.result.equals("none") ? state : null;
    }
    int end = state.indexOf(' ', 1);
    String first = state.substring(1, end < 0 ? state.length() : end);
    return step.result.equals(first) ? state.substring(first.length() + 1) : null;
  }
}

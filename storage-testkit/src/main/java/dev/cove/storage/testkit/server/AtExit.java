package dev.cove.storage.testkit.server;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.Deque;

/** What is undone when this JVM ends: the last thing first, so that a server is gone before its directory goes. */
final class AtExit {
  @GuardedBy("AtExit.class")
  private static final Deque<Runnable> actions = new ArrayDeque<>();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(AtExit::undo, "stop-servers"));
  }

  private AtExit() {}

  static synchronized void run(Runnable action) {
    actions.push(action);
  }

  private static synchronized void undo() {
    for (Runnable action : actions) {
      action.run();
    }
  }
}

package dev.cove.cli.mount;

import java.util.function.IntConsumer;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/** What this process does when it is told to end. */
final class Signals {
  private Signals() {}

  /** Calls {@code stop} with the signal's number for each SIGTERM and SIGINT, on a thread of its own. */
  static void onStop(IntConsumer stop) {
    SignalHandler handler = signal -> stop.accept(signal.getNumber());
    Signal.handle(new Signal("TERM"), handler);
    Signal.handle(new Signal("INT"), handler);
    // A mount in the background outlives the terminal it was started from.
    Signal.handle(new Signal("HUP"), Background.wanted() ? SignalHandler.SIG_IGN : handler);
  }
}

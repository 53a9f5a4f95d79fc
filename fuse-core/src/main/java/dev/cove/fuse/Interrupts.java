package dev.cove.fuse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import ru.serce.jnrfuse.ErrorCodes;

/**
 * What becomes of a request whose program got a signal. Programs take signals all the time (timers,
 * children, Go's scheduler) and few expect {@code EINTR} from a file, so only the request of a
 * program that is being killed is given up, and only one that changes nothing. The worker is left
 * alone: interrupting its thread would close the files it has open; its late answer is dropped.
 */
final class Interrupts {
  private static final long SIGKILL_BIT = 1L << (9 - 1);

  private final Set<InFlight> workers = ConcurrentHashMap.newKeySet();

  void add(InFlight worker) {
    workers.add(worker);
  }

  void remove(InFlight worker) {
    workers.remove(worker);
  }

  Set<InFlight> workers() {
    return workers;
  }

  /** An INTERRUPT request: it has no reply, but for one that overtook the request it is about. */
  void interrupted(long unique, Reply reply) {
    for (InFlight worker : workers) {
      if (worker.serving() == unique) {
        worker.interrupt(unique);
        return;
      }
    }
    // The kernel sends it again; if the request was answered meanwhile, it does not.
    reply.error(ErrorCodes.EAGAIN());
  }

  /** Answers the interrupted requests of programs that are being killed. */
  void abandonKilled(FuseDevice device, NativeBuffer buffer) {
    for (InFlight worker : workers) {
      long unique = worker.serving();
      if (unique != 0
          && worker.wantsToBeAbandoned(unique)
          && isBeingKilled(worker.pid())
          && worker.claim(unique)) {
        buffer
            .bytes()
            .putInt(FuseProtocol.OUT_LENGTH, FuseProtocol.OUT_HEADER)
            .putInt(FuseProtocol.OUT_ERROR, -ErrorCodes.EINTR())
            .putLong(FuseProtocol.OUT_UNIQUE, unique);
        device.send(buffer.address(), FuseProtocol.OUT_HEADER);
      }
    }
  }

  /**
   * Whether SIGKILL is pending for the thread: Linux turns every fatal signal into that. False for
   * a process of another container, which has no number here.
   */
  static boolean isBeingKilled(int thread) {
    if (thread <= 0) {
      return false;
    }
    try {
      Path status = Path.of("/proc", Integer.toString(thread), "status");
      for (String line : Files.readAllLines(status, StandardCharsets.ISO_8859_1)) {
        if (line.startsWith("SigPnd:")) {
          long pending = Long.parseUnsignedLong(line.substring(7).trim(), 16);
          return (pending & SIGKILL_BIT) != 0;
        }
      }
    } catch (IOException e) {
      return false;
    }
    return false;
  }
}

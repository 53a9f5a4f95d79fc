package dev.cove.fuse;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import ru.serce.jnrfuse.ErrorCodes;

/**
 * What becomes of a request whose program got a signal. Programs take signals all the time (timers,
 * children, Go's scheduler) and few expect {@code EINTR} from a file, so only the request of a
 * program that is being killed is given up: at once one that changes nothing, after a while one that
 * stores what was written, which goes on without its program. The worker is left alone: interrupting
 * its thread would close the files it has open; its late answer is dropped.
 */
final class Interrupts {
  private static final long SIGKILL_BIT = 1L << (9 - 1);
  private static final long EXITING = 0x4; // PF_EXITING of the kernel
  private static final int SIGNAL_BITS = 0x7F; // of what wait(2) tells
  // Fields of /proc/PID/stat behind the name, which may hold anything.
  private static final int FLAGS = 9 - 3;
  private static final int EXIT_CODE = 52 - 3;

  // 5 s: what is stored in that time is stored when the program is gone, as its parent expects.
  private static final long STORING_NANOS = 5_000_000_000L;

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

  /** Answers the requests of programs that are being killed. */
  void abandonKilled(FuseDevice device, NativeBuffer buffer) {
    long now = System.nanoTime();
    for (InFlight worker : workers) {
      long unique = worker.serving();
      if (unique != 0 && isGivenUp(worker, unique, now) && worker.claim(unique)) {
        buffer
            .bytes()
            .putInt(FuseProtocol.OUT_LENGTH, FuseProtocol.OUT_HEADER)
            .putInt(FuseProtocol.OUT_ERROR, -ErrorCodes.EINTR())
            .putLong(FuseProtocol.OUT_UNIQUE, unique);
        device.send(buffer.address(), FuseProtocol.OUT_HEADER);
      }
    }
  }

  private static boolean isGivenUp(InFlight worker, long unique, long now) {
    if (worker.wantsToBeAbandoned(unique)) {
      return isBeingKilled(worker.pid());
    }
    // The close of a program that is gone already brings no INTERRUPT.
    return RequestDispatcher.stores(worker.opcode())
        && now - worker.sinceNanos() > STORING_NANOS
        && !worker.answered()
        && (isBeingKilled(worker.pid()) || wasKilled(worker.pid()));
  }

  /** Whether a signal ended the thread, which only lets go of its files now. */
  private static boolean wasKilled(int thread) {
    if (thread <= 0) {
      return false;
    }
    try {
      String stat =
          Files.readString(Path.of("/proc", Integer.toString(thread), "stat"), ISO_8859_1);
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).trim().split(" ");
      return fields.length > EXIT_CODE
          && (Long.parseLong(fields[FLAGS]) & EXITING) != 0
          && (Integer.parseInt(fields[EXIT_CODE]) & SIGNAL_BITS) != 0;
    } catch (IOException e) {
      return false;
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
      for (String line : Files.readAllLines(status, ISO_8859_1)) {
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

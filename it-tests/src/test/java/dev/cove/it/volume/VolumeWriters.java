package dev.cove.it.volume;

import dev.cove.volume.Volume;
import dev.cove.volume.VolumeException;
import dev.cove.volume.VolumeException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A machine with several writers, as a process of its own: {@code FIRST COUNT COMMITS SHARED}. Writer {@code w} commits one file a time;
 * each file whose number is divisible by SHARED (0 for none) is wanted by all writers. It waits for a line of input, and prints what
 * became of each: {@code won PATH WRITER} or {@code lost PATH WRITER}.
 */
final class VolumeWriters {
  private VolumeWriters() {}

  public static void main(String[] args) throws Exception {
    int first = Integer.parseInt(args[0]);
    int count = Integer.parseInt(args[1]);
    int commits = Integer.parseInt(args[2]);
    int shared = Integer.parseInt(args[3]);
    List<Volume> volumes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      volumes.add(Volume.fromName("v"));
    }
    System.out.println("ready");
    System.in.read();
    ExecutorService threads = Executors.newFixedThreadPool(count);
    List<Future<?>> running = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int writer = first + i;
      Volume volume = volumes.get(i);
      running.add(threads.submit(() -> write(volume, writer, commits, shared)));
    }
    for (Future<?> each : running) {
      each.get();
    }
    threads.shutdown();
  }

  private static void write(Volume volume, int writer, int commits, int shared) {
    for (int i = 0; i < commits; i++) {
      boolean wantedByAll = shared > 0 && i % shared == 0;
      String path = wantedByAll ? "/out/shared-" + i : "/out/" + writer + "-" + i;
      String outcome = "lost";
      if (!volume.exists(path)) { // Else another came first, and it is seen already.
        volume.writeFile(path, (writer + " " + i).getBytes(StandardCharsets.UTF_8));
        outcome = commit(volume, path) ? "won" : "lost";
      }
      System.out.println(outcome + " " + path + " " + writer);
    }
  }

  /** False when another has committed the same path first, and only then. */
  private static boolean commit(Volume volume, String path) {
    try {
      volume.commit(path);
      return true;
    } catch (VolumeException e) {
      if (e.reason() != Reason.CONFLICT || !e.paths().equals(List.of(path))) {
        throw e;
      }
      volume.discard();
      volume.reload();
      return false;
    }
  }
}

package dev.cove.fuse;

import dev.cove.fuse.RequestDispatcher.FuseMetrics;
import dev.cove.vfs.VirtualFileSystem;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves one mount until it is gone. Each worker reads a request, serves it and answers. When none
 * is left to wait for requests more are started, up to a bound ({@link WorkerGrowth}), so that slow
 * requests do not hold up others; of many idle ones most end again.
 */
final class FuseSession {
  private static final Logger log = LoggerFactory.getLogger(FuseSession.class);

  /** Workers that go on waiting when there is little to do. */
  private static final int MOST_IDLE = 2 * WorkerGrowth.BASE;

  /** Room for a header and a request's own fields beside the data. */
  private static final int HEADER_ROOM = 1 << 16;

  private final String name;
  private final FuseDevice device;
  private final Runnable close;
  private final VirtualFileSystem vfs;
  private final MountOptions options;
  private final RequestDispatcher dispatcher;
  private final Notifier notifier;
  private final Interrupts interrupts = new Interrupts();
  private final FuseMetrics metrics = new FuseMetrics();
  private final InitNegotiation init;
  private final LogLimit logLimit;
  private final Thread notifierThread;
  private final Thread watchdogThread;
  private final WorkerGrowth growth;
  private final Thread growthThread;

  private final AtomicInteger workers = new AtomicInteger();
  private final AtomicInteger idle = new AtomicInteger();
  private final AtomicInteger threadNumber = new AtomicInteger();

  /** Ended workers, whose buffers and objects the next one takes over. */
  private final ConcurrentLinkedDeque<Worker> spare = new ConcurrentLinkedDeque<>();

  private final CountDownLatch gone = new CountDownLatch(1);
  private final CountDownLatch over = new CountDownLatch(1);

  FuseSession(
      String name,
      FuseDevice device,
      Runnable close,
      VirtualFileSystem vfs,
      MountOptions options,
      Clock clock) {
    this.name = name;
    this.device = device;
    this.close = close;
    this.logLimit = new LogLimit(clock);
    this.vfs = vfs;
    this.options = options;
    this.init = new InitNegotiation(options, LibC.INSTANCE.getpagesize());
    this.notifier = new Notifier(device, init);
    this.dispatcher = new RequestDispatcher(vfs, notifier, clock, init, interrupts, metrics);
    this.notifierThread = daemon(notifier, "notify");
    this.watchdogThread =
        daemon(new Watchdog(name, device, interrupts, metrics, options.slowAfter()), "watchdog");
    this.growth = new WorkerGrowth(interrupts, idle::get, this::ensureWorkers);
    this.growthThread = daemon(growth, "growth");
  }

  private Thread daemon(Runnable work, String role) {
    Thread thread = new Thread(work, "fuse-" + role + " " + name);
    thread.setDaemon(true);
    return thread;
  }

  void start() {
    vfs.start(notifier);
    notifierThread.start();
    watchdogThread.start();
    growthThread.start();
    workers.set(1);
    startWorker();
  }

  InitNegotiation init() {
    return init;
  }

  FuseMetrics metrics() {
    return metrics;
  }

  int threads() {
    return workers.get();
  }

  /** Waits until the mount is gone and every request was served. */
  boolean awaitEnd(Duration most) throws InterruptedException {
    return over.await(most.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void startWorker() {
    Worker spared = spare.pollFirst();
    Worker worker = spared != null ? spared : new Worker();
    Thread thread = daemon(worker, "worker-" + threadNumber.incrementAndGet());
    try {
      thread.start();
    } catch (Throwable t) {
      spare.addFirst(worker);
      throw t;
    }
  }

  private void noneIdle() {
    if (workers.get() < WorkerGrowth.BASE) {
      grow();
    } else {
      growth.noneIdle();
    }
  }

  private void ensureWorkers(int count) {
    int wanted = Math.min(count, options.maxThreads());
    for (int missing = wanted - workers.get(); missing > 0; missing--) {
      grow();
    }
  }

  /** Starts one more worker, unless there are enough or another one is just being started. */
  private void grow() {
    int count = workers.get();
    // Of none there will never be one again: the descriptor and the buffers are gone.
    if (count == 0 || count >= options.maxThreads() || !workers.compareAndSet(count, count + 1)) {
      return;
    }
    try {
      startWorker();
    } catch (Throwable t) {
      // No memory or no thread to be had: those that are there go on.
      ended(false);
      if (logLimit.allows()) {
        log.warn("cannot start another thread for {}: {}", name, t.toString());
      }
    }
  }

  private void ended(boolean mountGone) {
    if (mountGone && gone.getCount() > 0) {
      gone.countDown();
      notifier.close();
      notifierThread.interrupt();
      watchdogThread.interrupt();
      growthThread.interrupt();
    }
    if (workers.decrementAndGet() == 0) {
      close.run();
      spare.forEach(Worker::free);
      spare.clear();
      over.countDown();
    }
  }

  private final class Worker implements Runnable {
    private final InFlight inFlight = new InFlight();
    private final Request request = new Request(new NativeBuffer(options.maxWrite() + HEADER_ROOM));
    private final Reply reply =
        new Reply(device, inFlight, new NativeBuffer(options.maxWrite() + HEADER_ROOM));

    @Override
    public void run() {
      interrupts.add(inFlight);
      boolean mountGone = true;
      try {
        mountGone = serve();
      } catch (Throwable t) {
        log.error("a thread that serves {} failed", name, t);
      } finally {
        interrupts.remove(inFlight);
        request.buffer().shrink();
        reply.shrink();
        spare.addFirst(this);
        ended(mountGone);
      }
    }

    /** @return whether the mount is gone; otherwise there are more workers than are needed */
    private boolean serve() {
      do {
        idle.incrementAndGet();
        int length = device.receive(request.buffer());
        int others = idle.decrementAndGet();
        if (length < 0) {
          return true;
        }
        if (others == 0) {
          noneIdle();
        }
        handle(length);
      } while (idle.get() < MOST_IDLE);
      return false;
    }

    private void handle(int length) {
      if (!request.received(length)) {
        log.error("the kernel sent a request of {} bytes", length);
        return;
      }
      inFlight.begin(request, RequestDispatcher.mayBeAbandoned(request), System.nanoTime());
      reply.begin(request.unique());
      try {
        dispatcher.dispatch(request, reply);
      } finally {
        inFlight.end();
        // Time-outs of a client may interrupt late; the next request is another program's.
        var unused = Thread.interrupted();
      }
    }

    void free() {
      request.buffer().free();
      reply.free();
    }
  }
}

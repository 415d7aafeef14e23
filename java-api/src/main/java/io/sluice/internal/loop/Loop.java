package io.sluice.internal.loop;

import io.sluice.CloseReason;
import io.sluice.EventLoop;
import io.sluice.EventLoopGroup.ShutdownReport;
import io.sluice.LoopStats;
import io.sluice.internal.abi.Abi;
import io.sluice.internal.abi.CompletionRing;
import io.sluice.internal.abi.WakeWord;
import io.sluice.internal.engine.Engine;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;

/**
 * One event loop. A turn:
 *
 * <pre>
 *  tasks of other threads -> timers -> buffers released elsewhere -> dirty connections: deliver what was kept, submit sends
 *    -> enter the engine (the only place that waits) -> dispatch completions
 * </pre>
 */
final class Loop implements EventLoop, Runnable {
  /** Tasks of one turn: a task that submits itself again must not starve connections. */
  static final int TASKS_PER_TURN = 256;
  /** Turns in a row that may fail by an internal error before the loop gives up. */
  static final int MAX_FAILED_TURNS = 16;
  /** Bytes of the buffer for questions about sockets: the largest structure is an address. */
  private static final int CONTROL_BYTES = 256;

  final LoopGroup group;
  final Engine engine;
  final Submissions submissions;
  final LeasePool pool;
  final SendMemory sendMemory;
  final SendRecords records = new SendRecords();
  final ConnectionTable connections = new ConnectionTable();
  final Slots<ListenerSocket> listeners = new Slots<>();
  final Slots<Connector> connectors = new Slots<>();
  final Slots<HandOff> handOffs = new Slots<>();
  final LoopSockets sockets = new LoopSockets(this);
  final TimerWheel timers;
  final LoopCounters counters = new LoopCounters();
  final IdleWatches idle;
  final LoopUdp udp;
  final LoopMessages messages;
  final Residents residents = new Residents();
  final CallbackLease callbackLease;
  /** Null: not in checked mode. */
  final LeaseChecks leaseChecks;

  private final int index;
  private final Dispatcher dispatcher;
  private final TaskQueue tasks = new TaskQueue(counters);
  private final TurnClock clock = new TurnClock(counters);
  private final LoopStatsReader stats;
  private final WakeWord wakeWord;
  private final ByteBuffer control =
      ByteBuffer.allocateDirect(CONTROL_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private final LoopShutdown shutdown = new LoopShutdown(this);
  private final FlushList dirty = new FlushList();
  private int failedTurns;
  /** In {@link #turn}. Loop thread only. */
  private boolean turning;
  /** Null only in a loop that is driven by its caller and has not been driven yet. */
  private volatile Thread thread;
  private volatile boolean ended;

  Loop(LoopGroup group, int index, Engine engine, LoopMemory memory) {
    this(group, index, engine, memory, null);
  }

  /** @param ahead may have the receive buffers already; null: nobody has */
  Loop(LoopGroup group, int index, Engine engine, LoopMemory memory, StartAhead ahead) {
    this.group = group;
    this.index = index;
    this.engine = engine;
    CompletionRing completions = new CompletionRing(engine.shared());
    this.submissions = new Submissions(engine, completions);
    this.dispatcher = new Dispatcher(this, completions);
    this.pool = memory.pool(this, ahead);
    this.sendMemory = memory.sendMemory(engine);
    this.leaseChecks = memory.checkedLeases() ? new LeaseChecks(this) : null;
    this.callbackLease = leaseChecks == null ? new CallbackLease(pool) : leaseChecks.callbackLease(pool);
    this.wakeWord = new WakeWord(engine.shared());
    this.timers = new TimerWheel(System.nanoTime());
    this.stats = new LoopStatsReader(this);
    this.idle = new IdleWatches(timers);
    this.udp = new LoopUdp(this);
    this.messages = new LoopMessages(this);
  }

  // ------------------------------------------------------------------------------------------- turns

  void ownedBy(Thread thread) {
    this.thread = thread;
  }

  @Override
  public void run() {
    clock.turnBegins();
    while (!ended) {
      oneTurn(-1);
    }
    clock.turnEnds();
  }

  @Override
  public boolean turn(Duration timeout) {
    if (timeout.isNegative()) {
      throw new IllegalArgumentException("timeout " + timeout + " is negative");
    }
    claim();
    if (turning) {
      throw new IllegalStateException("loop " + index + " is in a turn: a callback or task must not call turn");
    }
    if (ended) {
      return false;
    }
    turning = true;
    clock.turnBegins();
    try {
      return oneTurn(timeout.compareTo(LoopGroup.MAX_WAIT) > 0 ? -1 : timeout.toNanos());
    } finally {
      clock.turnEnds();
      turning = false;
    }
  }

  /** The calling thread is in a callback or task of this loop that its caller drives. */
  boolean inTurn() {
    return inLoop() && turning;
  }

  private void claim() {
    if (!group.isCallerDriven()) {
      throw new IllegalStateException("loop " + index + " has its own thread; only loops of a callerDriven() group have turns");
    }
    if (!tryClaim()) {
      throw new IllegalStateException(
          "loop " + index + " is driven by thread " + thread.getName() + ", this is " + Thread.currentThread().getName());
    }
  }

  /** Whether the calling thread drives this loop; a loop that nobody drives yet is its from now on. */
  boolean tryClaim() {
    Thread t = Thread.currentThread();
    if (thread == null) {
      synchronized (this) {
        if (thread == null) {
          thread = t;
        }
      }
    }
    return thread == t;
  }

  private boolean oneTurn(long maxWaitNanos) {
    try {
      int done = runTasks();
      if (!timers.isEmpty() || idle.anyDue()) {
        long now = nanoTime();
        idle.entering(now);
        done += timers.expire(now);
      }
      pool.takeFromOutside();
      residents.work(false);
      dirty.flush();
      if (shutdown.finished()) {
        end(shutdown.report());
        return true;
      }
      long waitNanos = waitNanos(maxWaitNanos);
      clock.turnEnds();
      int n = submissions.enter(waitNanos);
      clock.turnBegins();
      if (n < 0) {
        broken(n);
        return true;
      }
      if (idle.any()) {
        idle.entered(nanoTime());
      }
      done += dispatcher.drain();
      done += residents.work(true);
      if (idle.anyDue()) {
        done += idle.judge(n, connections.count());
      }
      failedTurns = 0;
      return done > 0;
    } catch (Throwable t) {
      FaultLog.log(FaultLog.Fault.INTERNAL, name(), t);
      if (++failedTurns >= MAX_FAILED_TURNS) {
        broken(-Abi.EOTHER);
      }
      return true;
    }
  }

  private long waitNanos(long maxWaitNanos) {
    long now = idle.any() || !timers.isEmpty() ? nanoTime() : 0; // Once: it is asked for in every turn.
    if (idle.any()) {
      idle.turnEnds(now);
    }
    if (!dirty.isEmpty() || residents.anyWork() || idle.anyDue() || dispatcher.available() > 0 || !tasks.isEmpty()) {
      return 0;
    }
    if (timers.isEmpty()) {
      return maxWaitNanos;
    }
    long timer = timers.delayNanos(now);
    return maxWaitNanos < 0 ? timer : Math.min(timer, maxWaitNanos);
  }

  int runTasks() {
    int n = 0;
    Runnable task;
    while (n < TASKS_PER_TURN && (task = tasks.poll()) != null) {
      counters.add(LoopCounters.TASKS, 1);
      runTask(task);
      n++;
    }
    return n;
  }

  private void runTask(Runnable task) {
    try {
      task.run();
    } catch (Throwable t) {
      FaultLog.log(FaultLog.Fault.TASK, name(), t);
    }
  }

  void addDirty(Endpoint c) {
    dirty.add(c);
  }

  // ------------------------------------------------------------------------------------------- tasks

  @Override
  public int index() {
    return index;
  }

  @Override
  public boolean inLoop() {
    return Thread.currentThread() == thread;
  }

  @Override
  public void execute(Runnable task) {
    Objects.requireNonNull(task, "task");
    if (!tasks.push(task)) {
      throw new RejectedExecutionException("loop " + index + " has ended");
    }
    if (!inLoop()) {
      wakeUp();
    }
  }

  /** Any thread: the loop has something to do. */
  void wakeUp() {
    if (wakeWord.notifyLoop()) {
      engine.wake();
    }
  }

  @Override
  public Scheduled schedule(Duration delay, Runnable task) {
    Objects.requireNonNull(task, "task");
    if (delay.isNegative()) {
      throw new IllegalArgumentException("delay " + delay + " is negative");
    }
    ScheduledTask s = new ScheduledTask(this, task, nanoTime(), delay);
    if (inLoop() && !ended) {
      s.arm();
    } else {
      execute(s::arm);
    }
    return s;
  }

  void runScheduled(Runnable task) {
    runTask(task);
  }

  // ------------------------------------------------------------------------------------------- small things

  long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public LoopStats stats() {
    return stats.read(name());
  }

  /** Receive buffers that the application retained and has not ended. Loop thread. */
  long leasesOutstanding() {
    return counters.read(LoopCounters.LEASES_RETAINED) - counters.read(LoopCounters.LEASES_ENDED);
  }

  /** Unique in the process. */
  String name() {
    return group.name() + ", loop " + index;
  }

  /** Null only in a loop that is driven by its caller and has not been driven yet. */
  Thread thread() {
    return thread;
  }

  /** For questions to the engine: cleared, its contents of no value to anybody else. */
  ByteBuffer controlBuffer() {
    ByteBuffer b = control.clear();
    for (int i = 0; i < CONTROL_BYTES; i += Long.BYTES) {
      b.putLong(i, 0L);
    }
    return b;
  }

  String unsupported(String what) {
    return what + " is not supported by engine " + engine.name() + " (binding " + engine.binding() + ") on "
        + System.getProperty("os.name") + " for this kind of socket";
  }

  // ------------------------------------------------------------------------------------------- the end

  boolean isShuttingDown() {
    return shutdown.begun();
  }

  LoopShutdown shutdown() {
    return shutdown;
  }

  boolean hasEnded() {
    return ended;
  }

  /** Closes the door for tasks and runs those that came in before. */
  void runLastTasks() {
    tasks.close();
    while (runTasks() > 0) {
      dirty.flush();
    }
  }

  void rescueDescriptors() {
    dispatcher.rescueDescriptors();
  }

  private void broken(int code) {
    FaultLog.log(FaultLog.Fault.LOOP, name() + ": " + CloseReasons.text(code) + " (code " + code + ")", null);
    shutdown.breakUp(CloseReasons.loopBroken(code));
    end(shutdown.report());
  }

  private void end(ShutdownReport report) {
    if (leaseChecks != null) {
      leaseChecks.loopEnds();
    }
    ended = true;
    if (engine.destroy(false) != 0) {
      // Whatever the kernel might still write into must never be freed.
      LoopMemory.keepForever(pool, sendMemory);
      engine.destroy(true);
    }
    group.loopEnded(this, report);
  }

  @Override
  public String toString() {
    return "loop " + index + " (" + engine.name() + ", " + engine.binding() + ")";
  }
}

package io.sluice.internal.loop;

import io.sluice.CloseReason;
import io.sluice.ConnectionOptions;
import io.sluice.EventLoop;
import io.sluice.IdleKind;
import io.sluice.IdlePolicy;
import io.sluice.ListenOptions;
import io.sluice.ListenerState;
import io.sluice.LoopMetric;
import io.sluice.SendResult;
import io.sluice.TransportException;
import io.sluice.TransportOption;
import io.sluice.internal.abi.CompletionRing;
import io.sluice.internal.abi.Counters;
import io.sluice.internal.abi.ReturnRing;
import io.sluice.internal.abi.SubmissionRing;
import io.sluice.internal.abi.WakeWord;
import io.sluice.internal.engine.EngineConfig;
import io.sluice.internal.engine.NativeEngine;
import io.sluice.internal.jfr.Events;
import io.sluice.internal.nio.NioEngine;
import java.nio.ByteBuffer;
import java.nio.channels.spi.SelectorProvider;
import java.security.Security;
import java.util.ServiceConfigurationError;

/**
 * Shortens the first start of a process: while its caller looks for the native library and tries the engines, a thread makes the receive
 * buffers of the first loop (17 MiB that the JDK clears) and loads the classes that come after. With one processor there would be nothing
 * to win. A class that is missing below, or that cannot be loaded here, is loaded by whoever needs it.
 *
 * <pre>
 *   slab:   NOT BEGUN --thread--> BEGUN --> DONE --caller takes it--> taken
 *               |                   +--caller waits--^
 *               +--caller came first: makes it itself, the thread does not
 * </pre>
 */
final class StartAhead implements Runnable {
  private static boolean first = true; // guarded by the class: an AtomicBoolean would be the first VarHandle, which takes its time

  /** The first address reads the whole file of security properties. They are initialised without need of any other class. */
  private static final String USED_BY_ADDRESSES = "networkaddress.cache.ttl";

  private final LoopMemory memory;
  private final boolean nio;
  private final Thread thread;
  private boolean begun;
  private boolean done;
  private ByteBuffer slab;

  /** @param nio the NIO engine was asked for: its classes will be needed */
  StartAhead(LoopMemory memory, boolean nio) {
    this.memory = memory;
    this.nio = nio;
    thread = new Thread(null, this, "sluice-start", 0, false);
    thread.setDaemon(true);
  }

  /** Null when there is nothing to win. */
  static StartAhead begin(LoopMemory memory, boolean nio) {
    if (Runtime.getRuntime().availableProcessors() == 1 || !isFirst()) {
      return null;
    }
    try {
      StartAhead ahead = new StartAhead(memory, nio);
      ahead.thread.start();
      return ahead;
    } catch (OutOfMemoryError e) {
      return null; // A limit of threads or of memory: who meets it next has something to say about it.
    }
  }

  private static synchronized boolean isFirst() {
    boolean was = first;
    first = false;
    return was;
  }

  /** The buffers of the first loop, once; else null. */
  synchronized ByteBuffer slab() {
    boolean interrupted = false;
    while (begun && !done) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true; // It takes milliseconds.
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    begun = true;
    done = true;
    ByteBuffer made = slab;
    slab = null;
    return made;
  }

  @Override
  public void run() {
    try {
      if (nio) {
        SelectorProvider.provider(); // It is looked for among the services of all jars.
      }
      makeSlab();
      if (nio) {
        NioEngine.classes();
      }
      ofLoops();
      Security.getProperty(USED_BY_ADDRESSES);
      ofConnections();
    } catch (LinkageError | ServiceConfigurationError | RuntimeException e) {
      makeSlab(); // Whoever needs what is missing will say so.
    }
  }

  private void makeSlab() {
    if (begun()) {
      ByteBuffer made = null;
      try {
        made = memory.allocate();
      } catch (OutOfMemoryError e) {
        // The caller will meet it, too.
      } finally {
        made(made);
      }
    }
  }

  /** Whether the caller has not come yet; then it waits for {@link #made}. */
  synchronized boolean begun() {
    boolean first = !begun;
    begun = true;
    return first;
  }

  synchronized void made(ByteBuffer made) {
    slab = made;
    done = true;
    notifyAll();
  }

  /** After the group was closed no thread of it is left. */
  void awaitEnd() {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // It ends by itself.
    }
  }

  // Naming a class loads it. None is initialised: two threads that initialise classes which need each other may wait for ever.

  private static Class<?>[] ofLoops() {
    return new Class<?>[] {
      GroupConnections.class, KeyIndex.class, StreamConnection.class, SharedStage.class, EngineConfig.class, NativeEngine.class, Loop.class,
      SendRecords.class, ConnectionTable.class, IdIndex.class, Slots.class, LoopSockets.class, LoopCounters.class, Residents.class,
      TaskQueue.class, TurnClock.class, LoopShutdown.class, FlushList.class, CompletionRing.class, Submissions.class, SubmissionRing.class,
      ReturnRing.class, Scratch.class, Dispatcher.class, LeasePool.class, SendMemory.class, CallbackLease.class, RetainedLease.class,
      WakeWord.class, TimerWheel.class, LoopStatsReader.class, LoopMetric.class, Counters.class, IdleWatches.class, IdlePolicy.class,
      LoopUdp.class, LoopMessages.class, EventLoop.Scheduled.class, LoopShutdown.class
    };
  }

  private static Class<?>[] ofConnections() {
    return new Class<?>[] {
      AfterStart.class, LoopWatch.class, StallDetector.class, JmxWatch.class, Watch.class, IdleWatch.class, IdleKind.class,
      ListenOptions.class, ListenOptions.Distribution.class, ConnectionOptions.class, TransportOption.class, Addresses.class, ListenerImpl.class, ListenerState.class,
      Settings.class, Options.class, AcceptOptions.class, ListenerSocket.class, Tokens.class, Addresses.Compact.class, Events.class,
      SendRecord.class, ForeignSend.class, NoHandler.class, SendResult.class, CloseReasons.class, CloseReason.class,
      CloseReason.Kind.class, CloseReason.Initiator.class, Linger.class, IdleRules.class, TransportException.class
    };
  }
}

package io.sluice.internal.loop;

import io.sluice.EventLoop;

/**
 * What lives on a loop beside its sockets and works at most twice per turn, when it asked to: a protocol stack. The door for
 * other packages to a loop's timers and turns. Loop thread only, unless something else is said.
 *
 * <pre>
 *  tasks, timers -> work(false) -> enter the engine -> dispatch what arrived -> work(true)
 * </pre>
 */
public abstract class LoopResident {
  private final Loop loop;
  private final TimerWheel.Timer timer =
      new TimerWheel.Timer() {
        @Override
        void expired() {
          timerDue = true;
          ask();
        }
      };
  private boolean asked;
  private boolean timerDue;

  /** @param loop one of Sluice's; {@link #moveIn} begins the residence */
  protected LoopResident(EventLoop loop) {
    this.loop = (Loop) loop;
  }

  /** False: the loop is shutting down and takes no more residents. */
  protected final boolean moveIn() {
    if (loop.isShuttingDown() || loop.hasEnded()) {
      return false;
    }
    loop.residents.add(this);
    return true;
  }

  /** From now on neither worked nor shut down. */
  protected final void moveOut() {
    loop.timers.cancel(timer);
    loop.residents.remove(this);
  }

  /** Asks to be worked within this turn, or the next one when this one's work is over. */
  protected final void ask() {
    asked = true;
    loop.residents.asked();
  }

  /** Sets the timer, in place of the time it was set to. When it is due {@link #timerWasDue} says so in {@code work(true)}. */
  protected final void timer(long delayNanos) {
    loop.timers.cancel(timer);
    loop.timers.add(timer, loop.nanoTime(), delayNanos);
  }

  protected final boolean timerIsSet() {
    return timer.isArmed() || timerDue;
  }

  /** The timer was due, and {@link #timerWasDue} has not been asked since. */
  protected final boolean isTimerDue() {
    return timerDue;
  }

  /** Whether the timer has been due since this was asked last. */
  protected final boolean timerWasDue() {
    boolean was = timerDue;
    timerDue = false;
    return was;
  }

  protected final long nanoTime() {
    return loop.nanoTime();
  }

  /** Any thread: the engine of the loop. */
  protected final String engine() {
    return loop.engine.name();
  }

  /** Any thread. A line of log, rate-limited, about a handler that threw. */
  protected final void logHandlerFailure(String where, Throwable cause) {
    FaultLog.log(FaultLog.Fault.ASSOCIATION, where, cause);
  }

  /** Any thread. */
  protected final void logInternalError(Throwable cause) {
    FaultLog.log(FaultLog.Fault.INTERNAL, loop.name(), cause);
  }

  final boolean isAsked() {
    return asked;
  }

  final void workNow(boolean afterReading) {
    asked = false;
    try {
      work(afterReading);
    } catch (Throwable t) {
      logInternalError(t);
    }
  }

  /** @param afterReading what had arrived by now has been dispatched: the moment to judge who is silent */
  protected abstract void work(boolean afterReading);

  /** The loop ends: {@link #moveOut} soon. What is sent until then still goes out, unless the loop is broken. */
  protected abstract void shutDown();

  /** The time to do so is over: what is left is done now. */
  protected abstract void finishNow();
}

package io.sluice.internal.loop;

import io.sluice.internal.jfr.Events;
import io.sluice.internal.load.Announcement;
import io.sluice.internal.load.NativeLoader;
import io.sluice.internal.load.Selection;

/**
 * What a start does not wait for: the watch's thread does it when the first connections are served, or the end of the group does what is
 * not done by then. Together it takes a cold JVM longer than everything that a start waits for.
 *
 * <ul>
 *   <li>loading the {@link RareClasses}
 *   <li>asking the flight recorder to tell of itself: {@link Events#listen}
 *   <li>looking through the class path for other native libraries than the loaded one: {@link NativeLoader#warnOfOtherCopies}
 *   <li>the line of log that says what runs; but a downgrade is logged at once. It is there before the group's {@code close()} returns
 * </ul>
 */
final class AfterStart implements Watch.Watched {
  /** Then a start is over that takes ten times as long as usual. */
  private static final long LATER_NANOS = 200_000_000L;

  private final Selection selection;
  private final long since = System.nanoTime();
  private boolean told;

  private AfterStart(Selection selection) {
    this.selection = selection;
  }

  static AfterStart of(Selection selection) {
    AfterStart w = new AfterStart(selection);
    if (selection.isDowngrade()) {
      w.tell();
    }
    return w;
  }

  /** Once; who comes second waits for the line. A log back end that throws must not keep a group from starting or ending. */
  private synchronized void tell() {
    if (told) {
      return;
    }
    told = true;
    try {
      Announcement.of(selection);
    } catch (Throwable t) {
      FaultLog.log(FaultLog.Fault.WATCH, toString(), t);
    }
  }

  @Override
  public long periodNanos() {
    return LATER_NANOS;
  }

  @Override
  public boolean look(long passedNanos) {
    if (!isLater(System.nanoTime())) {
      return true; // What else is watched has a shorter period.
    }
    RareClasses.load();
    Events.INSTANCE.listen();
    end();
    return false;
  }

  boolean isLater(long nanoTime) {
    return nanoTime - since >= LATER_NANOS;
  }

  @Override
  public void end() {
    tell();
    NativeLoader.shared().warnOfOtherCopies();
  }

  @Override
  public String toString() {
    return "start of " + selection.engine();
  }
}

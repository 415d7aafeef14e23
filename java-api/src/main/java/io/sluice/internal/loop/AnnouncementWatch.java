package io.sluice.internal.loop;

import io.sluice.internal.load.Announcement;
import io.sluice.internal.load.Selection;

/**
 * Has it logged what runs. A downgrade at once; the ordinary line on the watch's thread, because a JVM that has not logged yet needs
 * longer for it than for everything else in a start. It is there before the group's {@code close()} returns.
 */
final class AnnouncementWatch implements Watch.Watched {
  private static final long AT_ONCE_NANOS = 1_000_000L;

  private final Selection selection;
  private boolean told;

  private AnnouncementWatch(Selection selection) {
    this.selection = selection;
  }

  static AnnouncementWatch of(Selection selection) {
    AnnouncementWatch w = new AnnouncementWatch(selection);
    if (Announcement.isDowngrade(selection)) {
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
    return AT_ONCE_NANOS;
  }

  @Override
  public boolean look(long passedNanos) {
    tell();
    return false;
  }

  @Override
  public void end() {
    tell();
  }

  @Override
  public String toString() {
    return "announcement of " + selection.engine();
  }
}

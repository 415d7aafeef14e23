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

  private AnnouncementWatch(Selection selection) {
    this.selection = selection;
  }

  static AnnouncementWatch of(Selection selection) {
    if (Announcement.isDowngrade(selection)) {
      Announcement.of(selection);
    }
    return new AnnouncementWatch(selection);
  }

  @Override
  public long periodNanos() {
    return AT_ONCE_NANOS;
  }

  @Override
  public boolean look(long passedNanos) {
    Announcement.of(selection);
    return false;
  }

  @Override
  public void end() {
    Announcement.of(selection);
  }

  @Override
  public String toString() {
    return "announcement of " + selection.engine();
  }
}

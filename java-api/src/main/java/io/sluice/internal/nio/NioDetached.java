package io.sluice.internal.nio;

import java.nio.channels.MembershipKey;
import java.nio.channels.SelectableChannel;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Channels between a DETACH and an ADOPT, for the whole process: the "descriptors" that NIO engines hand to each other. They
 * are numbers of this table, no descriptors of the operating system, which pure Java cannot get at.
 */
public final class NioDetached {
  private NioDetached() {}

  static final class Entry {
    final SelectableChannel channel;
    final boolean unix;
    /** What a WATCH had read of it; null: nothing. */
    final NioReadAhead ahead;
    /** Groups that it is in, as a datagram socket; null: none so far. */
    final List<MembershipKey> memberships;

    Entry(NioSlot slot) {
      channel = slot.channel;
      unix = slot.unix;
      ahead = slot.ahead;
      memberships = slot.memberships;
    }
  }

  private static final ConcurrentHashMap<Integer, Entry> ENTRIES = new ConcurrentHashMap<>();
  private static final AtomicInteger NEXT = new AtomicInteger();

  static int put(NioSlot slot) {
    Entry entry = new Entry(slot);
    int number;
    do {
      number = NEXT.getAndIncrement() & Integer.MAX_VALUE;
    } while (ENTRIES.putIfAbsent(number, entry) != null);
    return number;
  }

  static Entry take(int number) {
    return ENTRIES.remove(number);
  }

  static void putBack(int number, Entry entry) {
    ENTRIES.put(number, entry);
  }

  /**
   * Closes a detached channel that nobody will adopt, a connection with RST.
   *
   * @return false when there is no such number
   */
  public static boolean close(int number) {
    Entry entry = ENTRIES.remove(number);
    if (entry != null) {
      NioClose.abort(entry.channel, entry.unix);
    }
    return entry != null;
  }
}

package io.sluice.internal.sctp;

import io.sluice.CloseReason;
import io.sluice.EventLoop;
import io.sluice.internal.abi.SctpAbi;
import io.sluice.internal.bind.UnavailableException;
import io.sluice.sctp.SctpMetric;
import io.sluice.sctp.SctpStats;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** The stacks of a transport: one for each loop that is used, opened when it is needed for the first time. */
final class StacksByLoop<H extends AssociationHome> {
  interface Opening<H> {
    H on(EventLoop loop) throws UnavailableException;
  }

  private final Opening<H> opening;
  /** By index of the loop; null: not used yet. Written by the loops. */
  private final AtomicReferenceArray<H> stacks;

  StacksByLoop(int loops, Opening<H> opening) {
    this.stacks = new AtomicReferenceArray<>(loops);
    this.opening = opening;
  }

  /** Loop thread. */
  H on(EventLoop loop) throws UnavailableException {
    H s = stacks.get(loop.index());
    if (s == null) {
      s = opening.on(loop);
      stacks.set(loop.index(), s);
    }
    if (s.isEnding()) {
      throw new UnavailableException("the event loop is shutting down");
    }
    return s;
  }

  /** Any thread. */
  SctpStats stats() {
    Map<SctpMetric, Long> values = new EnumMap<>(SctpMetric.class);
    Map<CloseReason.Kind, Long> closes = new EnumMap<>(CloseReason.Kind.class);
    int used = 0;
    long live = 0;
    for (int i = 0; i < stacks.length(); i++) {
      H s = stacks.get(i);
      if (s != null) {
        used++;
        live += add(s, values, closes);
      }
    }
    return new SctpStats(used, live, values, closes);
  }

  /** Adds what a stack has counted; how many associations it has. */
  private static long add(AssociationHome s, Map<SctpMetric, Long> values, Map<CloseReason.Kind, Long> closes) {
    // What ends first: a difference that is read in between is never negative.
    long closed = s.calls.counter(SctpAbi.CTR_CLOSED);
    long live = Math.max(0, s.calls.counter(SctpAbi.CTR_OPENED) - closed);
    for (SctpMetric m : SctpMetric.values()) {
      values.merge(m, s.calls.counter(m.number()), Long::sum);
    }
    for (CloseReason.Kind kind : CloseReason.Kind.values()) {
      closes.merge(kind, s.closes(kind), Long::sum);
    }
    return live;
  }
}

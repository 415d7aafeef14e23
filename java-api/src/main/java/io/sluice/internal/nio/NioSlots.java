package io.sluice.internal.nio;

import io.sluice.internal.abi.Abi;
import java.util.Arrays;

/**
 * The table of handles. Free slots are reused first in first out, so that an index rests as long as possible before it
 * gets its next generation.
 */
final class NioSlots {
  private static final int START = 16;

  private final NioRings rings;
  private final int max;
  private NioSlot[] slots = new NioSlot[START];
  private int used;
  private int live;
  private NioSlot freeHead;
  private NioSlot freeTail;

  NioSlots(NioRings rings, int max) {
    this.rings = rings;
    this.max = max;
  }

  /** A slot, or null when {@code maxHandles} live. */
  NioSlot take(NioSlot.Life life) {
    NioSlot s = freeHead;
    if (s != null) {
      freeHead = s.nextFree;
      s.nextFree = null;
      if (freeHead == null) {
        freeTail = null;
      }
    } else if (used < max) {
      if (used == slots.length) {
        slots = Arrays.copyOf(slots, Math.min(max, used * 2));
      }
      s = slots[used] = new NioSlot(used);
      used++;
    } else {
      return null;
    }
    s.life = life;
    live++;
    rings.count(Abi.CTR_OPENED);
    return s;
  }

  void free(NioSlot s) {
    s.reset();
    if (freeTail == null) {
      freeHead = s;
    } else {
      freeTail.nextFree = s;
    }
    freeTail = s;
    live--;
    rings.count(Abi.CTR_CLOSED);
  }

  /** The slot of a handle the caller may know, or null: stale. */
  NioSlot find(long handle) {
    int index = (int) handle;
    if (index < 0 || index >= used) {
      return null;
    }
    NioSlot s = slots[index];
    boolean known = s.life != NioSlot.Life.FREE && s.life != NioSlot.Life.CONNECTING;
    return known && s.generation == (int) (handle >>> 32) ? s : null;
  }

  int live() {
    return live;
  }

  int used() {
    return used;
  }

  NioSlot at(int index) {
    return slots[index];
  }
}

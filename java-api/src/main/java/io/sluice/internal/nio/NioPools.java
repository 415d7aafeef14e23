package io.sluice.internal.nio;

import io.sluice.internal.abi.Abi;
import java.nio.ByteBuffer;

/** The receive pools of a loop, and the return ring. */
final class NioPools {
  private final NioLoop loop;
  private final NioRings rings;
  private final NioPool[] pools = new NioPool[NioPool.MAX_POOLS];

  NioPools(NioLoop loop) {
    this.loop = loop;
    this.rings = loop.rings;
  }

  int add(int group, ByteBuffer slab, int bufferBytes, int count) {
    NioPool pool = NioPool.of(rings, group, slab, bufferBytes, count);
    if (pool == null) {
      return -Abi.EINVAL;
    }
    if (pools[group] != null) {
      return -Abi.EBUSY;
    }
    pools[group] = pool;
    return 0;
  }

  /** Null: not registered. */
  NioPool get(int group) {
    return group < pools.length ? pools[group] : null;
  }

  /** Takes returned buffers and lets parked receives go on. */
  void takeReturns() {
    if (!rings.hasReturns()) {
      return;
    }
    do {
      int entry = rings.takeReturn();
      NioPool pool = get(entry >>> 16);
      if (pool == null || !pool.takeFromCaller(entry & 0xffff)) {
        rings.count(Abi.CTR_BAD_RETURNS);
      }
    } while (rings.hasReturns());
    for (NioPool pool : pools) {
      if (pool != null && !pool.starved.isEmpty()) {
        loop.receive.feed(pool);
      }
    }
  }
}

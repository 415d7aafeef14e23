package io.sluice.internal.loop;

import io.sluice.internal.abi.Abi;
import io.sluice.internal.engine.Engine;
import io.sluice.internal.engine.EngineConfig;
import io.sluice.internal.nio.NioEngine;
import java.nio.ByteBuffer;

/** Rings as a real engine lays them out, and an engine that consumes everything and answers nothing: it has no sockets. */
final class StandInEngine implements Engine {
  private final ByteBuffer region = new NioEngine(EngineConfig.DEFAULTS).shared();

  @Override
  public String name() {
    return "stand-in";
  }

  @Override
  public String binding() {
    return "none";
  }

  @Override
  public int features() {
    return 0;
  }

  @Override
  public ByteBuffer shared() {
    return region;
  }

  @Override
  public long registerMemory(ByteBuffer direct) {
    return 0;
  }

  @Override
  public void unregisterMemory(long base) {}

  @Override
  public int addPool(int group, ByteBuffer slab, int bufferBytes, int count) {
    return 0;
  }

  @Override
  public int enter(long timeoutNanos) {
    region.putInt(Abi.HDR_SQ_HEAD, region.getInt(Abi.HDR_SQ_TAIL));
    region.putInt(Abi.HDR_RQ_HEAD, region.getInt(Abi.HDR_RQ_TAIL));
    return 0;
  }

  @Override
  public void wake() {}

  @Override
  public int query(long handle, int what, ByteBuffer buffer) {
    return -Abi.ENOTSUP;
  }

  @Override
  public int control(long handle, int what, ByteBuffer in) {
    return -Abi.ENOTSUP;
  }

  @Override
  public int destroy(boolean force) {
    return 0;
  }
}

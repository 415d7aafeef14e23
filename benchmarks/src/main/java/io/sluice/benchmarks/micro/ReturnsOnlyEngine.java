package io.sluice.benchmarks.micro;

import io.sluice.internal.engine.Engine;
import java.nio.ByteBuffer;

/**
 * The least an engine must do for leases to go round: it takes returned buffers back. It has no sockets; whatever needs
 * one is refused, so that a benchmark which strays there fails instead of measuring nothing.
 */
public final class ReturnsOnlyEngine implements Engine {
  private final PlainRegion region = new PlainRegion();

  @Override
  public String name() {
    return "returns-only";
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
    return region.shared();
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
    if (region.hasSubmissions()) {
      throw new UnsupportedOperationException("the stand-in engine has no sockets, but something was submitted");
    }
    region.takeReturns();
    return 0;
  }

  @Override
  public void wake() {}

  @Override
  public int query(long handle, int what, ByteBuffer buffer) {
    throw new UnsupportedOperationException("the stand-in engine has no sockets to ask about, handle " + handle);
  }

  @Override
  public int control(long handle, int what, ByteBuffer in) {
    throw new UnsupportedOperationException("the stand-in engine has no sockets to control, handle " + handle);
  }

  @Override
  public int destroy(boolean force) {
    return 0;
  }
}

package io.sluice.internal.nio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class NioMemoryTest {
  private final NioMemory memory = new NioMemory();

  @Test
  void rangesOutsideARegisteredBufferAreFaults() {
    long base = memory.register(ByteBuffer.allocateDirect(100));
    assertNotNull(memory.find(base, 100));
    assertNotNull(memory.find(base + 99, 1));
    assertNull(memory.find(base, 101));
    assertNull(memory.find(base + 99, 2));
    assertNull(memory.find(base + 100, 1));
    assertNull(memory.find(base - 1, 1));
    assertNull(memory.find(0, 1));
    assertNull(memory.find(-1, 1));
    assertNull(memory.find(Long.MIN_VALUE, 1));
    assertNull(memory.find(base + (1L << NioMemory.OFFSET_BITS), 1));
  }

  @Test
  void forgottenMemoryIsAFaultAndItsNumberIsFree() {
    long first = memory.register(ByteBuffer.allocateDirect(10));
    long second = memory.register(ByteBuffer.allocateDirect(10));
    assertNotEquals(first, second);
    memory.unregister(first);
    assertNull(memory.find(first, 1));
    assertThrows(IllegalArgumentException.class, () -> memory.unregister(first));
    assertThrows(IllegalArgumentException.class, () -> memory.unregister(second + 1));
    assertEquals(first, memory.register(ByteBuffer.allocateDirect(10)));
  }

  @Test
  void manyBuffersCanBeRegistered() {
    for (int i = 1; i <= 1000; i++) {
      assertEquals((long) i << NioMemory.OFFSET_BITS, memory.register(ByteBuffer.allocateDirect(1)));
    }
  }

  @Test
  void heapBuffersAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> memory.register(ByteBuffer.allocate(10)));
  }

  @Test
  void viewsAreRecycledAndPlaced() {
    NioMemory.Slab slab = memory.find(memory.register(ByteBuffer.allocateDirect(100)), 100);
    ByteBuffer view = slab.view(90, 10);
    assertEquals(90, view.position());
    assertEquals(100, view.limit());
    view.position(100);
    slab.giveBack(view);
    assertSame(view, slab.view(0, 5));
    assertEquals(0, view.position());
    assertEquals(5, view.limit());
  }
}

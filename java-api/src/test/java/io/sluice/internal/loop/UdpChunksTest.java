package io.sluice.internal.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.internal.engine.EngineConfig;
import io.sluice.internal.nio.NioEngine;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Datagrams are packed, none overlaps another that is on its way, and all memory comes back. */
class UdpChunksTest {
  private static final long LIMIT = 1 << 20;

  private final NioEngine engine = new NioEngine(EngineConfig.DEFAULTS);
  private final SendMemory memory = new SendMemory(engine, LIMIT);
  private final UdpChunks chunks = new UdpChunks(memory);

  @AfterEach
  void end() {
    engine.destroy(true);
  }

  private int put(int bytes) {
    return chunks.put(ByteBuffer.allocate(bytes), false);
  }

  @Test
  void smallDatagramsShareAChunkSideBySide() {
    Set<Long> places = new HashSet<>();
    Set<Integer> used = new HashSet<>();
    for (int i = 0; i < 256; i++) {
      used.add(put(64));
      assertTrue(places.add(chunks.lastAddress()), "two at one place");
    }
    assertEquals(1, used.size());
    assertEquals(UdpChunks.CHUNK_BYTES, memory.usedBytes());
  }

  @Test
  void aChunkGoesBackWhenItsLastDatagramIsDone() {
    int first = put(10_000);
    int second = put(10_000);
    assertNotEquals(first, second);
    assertEquals(2 * UdpChunks.CHUNK_BYTES, memory.usedBytes());
    chunks.done(first);
    assertEquals(UdpChunks.CHUNK_BYTES, memory.usedBytes());
    long at = chunks.lastAddress();
    chunks.done(second);
    assertEquals(second, put(10_000), "the open chunk is filled from its start again");
    assertEquals(at, chunks.lastAddress());
    assertEquals(UdpChunks.CHUNK_BYTES, memory.usedBytes());
  }

  @Test
  void theLimitIsKeptAndEverythingComesBack() {
    Deque<Integer> out = new ArrayDeque<>();
    int n = 0;
    for (int chunk = put(60_000); chunk != UdpChunks.NONE; chunk = put(60_000)) {
      out.add(chunk);
      n++;
    }
    assertEquals(LIMIT / (64 << 10), n);
    assertNotEquals(UdpChunks.NONE, chunks.put(ByteBuffer.allocate(60_000), true), "what was promised is taken");
    out.forEach(chunks::done);
    assertEquals(64 << 10, memory.usedBytes(), "the open one stays");
    assertNotEquals(UdpChunks.NONE, put(65_535));
  }
}

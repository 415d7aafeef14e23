package io.sluice.internal.loop;

import io.sluice.internal.abi.Abi;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** What a message on its way to the kernel needs at its completion. Pooled by {@link Table}, found by the number in the token. */
final class MessageSend {
  final int index;
  MessageSocket socket;
  Object owner;
  int bytes;
  int stream;
  int ppid;
  int context;
  private int chunk;
  /** Memory of its own, of a message longer than a chunk; else null. */
  private ByteBuffer own;
  private long base;

  private MessageSend(int index) {
    this.index = index;
  }

  long address() {
    return base;
  }

  /** The records of a loop. Loop thread only. */
  static final class Table {
    private final Loop loop;
    private MessageSend[] records = new MessageSend[16];
    private int[] free = new int[16];
    private int freeCount;
    private int used;

    Table(Loop loop) {
      this.loop = loop;
    }

    /** Copies what remains of {@code data}. Null: no memory. */
    MessageSend acquire(MessageSocket socket, ByteBuffer data) {
      int n = data.remaining();
      MessageSend s = freeCount > 0 ? records[free[--freeCount]] : made();
      s.chunk = n <= SendMemory.LARGEST_CHUNK_BYTES ? loop.udp.chunks.put(data, false) : UdpChunks.NONE;
      if (s.chunk != UdpChunks.NONE) {
        s.base = loop.udp.chunks.lastAddress();
      } else if (n <= SendMemory.LARGEST_CHUNK_BYTES || !copied(s, data, n)) {
        free[freeCount++] = s.index;
        return null;
      }
      s.socket = socket;
      s.bytes = n;
      return s;
    }

    private boolean copied(MessageSend s, ByteBuffer data, int n) {
      try {
        s.own = ByteBuffer.allocateDirect(n);
      } catch (OutOfMemoryError e) {
        return false; // Direct memory is limited apart from the heap.
      }
      s.own.put(0, data, data.position(), n);
      s.base = loop.engine.registerMemory(s.own);
      return true;
    }

    private MessageSend made() {
      if (used == records.length) {
        records = Arrays.copyOf(records, used * 2);
        free = Arrays.copyOf(free, used * 2);
      }
      MessageSend s = new MessageSend(used);
      records[used++] = s;
      return s;
    }

    MessageSend get(int index) {
      return records[index];
    }

    void release(MessageSend s) {
      if (s.own != null) {
        loop.engine.unregisterMemory(s.base);
        s.own = null;
      } else {
        loop.udp.chunks.done(s.chunk);
      }
      s.socket = null;
      s.owner = null;
      free[freeCount++] = s.index;
    }

    void disown(MessageSocket socket, Object owner) {
      for (int i = 0; i < used; i++) {
        MessageSend s = records[i];
        if (s.socket == socket && s.owner == owner) {
          s.owner = null;
          socket.sent(owner, s.stream, s.ppid, s.context, -Abi.ECANCELED, 0);
        }
      }
    }

    int bound() {
      return used;
    }
  }
}

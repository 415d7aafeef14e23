package io.sluice.internal.nio;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** One queued SEND, SENDMSG, SENDFILE or SHUTDOWN. Recycled by {@link NioSendQueue}. */
final class NioSend {
  NioSend next;
  long token;
  int op;
  boolean lazy;
  /** Bytes of the whole submission. */
  int total;
  /** Bytes of a SENDFILE that were accepted. */
  int fileDone;
  long filePosition;
  NioFiles.File file;
  /** Pieces of memory; channels advance their positions. */
  ByteBuffer[] views = new ByteBuffer[1];
  NioMemory.Slab[] slabs = new NioMemory.Slab[1];
  int pieces;
  /** Where a datagram goes; null: to the socket's peer. */
  InetSocketAddress to;

  void add(NioMemory.Slab slab, int offset, int length) {
    if (pieces == views.length) {
      views = Arrays.copyOf(views, pieces * 4);
      slabs = Arrays.copyOf(slabs, pieces * 4);
    }
    slabs[pieces] = slab;
    views[pieces++] = slab.view(offset, length);
    total += length;
  }

  /** Bytes accepted so far. */
  int accepted() {
    int left = 0;
    for (int i = 0; i < pieces; i++) {
      left += views[i].remaining();
    }
    return file != null ? fileDone : total - left;
  }

  boolean isWhole() {
    // Pieces are written in order: the last one is the last to be whole.
    return pieces == 0 || !views[pieces - 1].hasRemaining();
  }

  /** Queue entries it counts for, see {@code max_ops}. */
  int weight() {
    return Math.max(1, pieces);
  }

  void reset() {
    for (int i = 0; i < pieces; i++) {
      slabs[i].giveBack(views[i]);
      slabs[i] = null;
      views[i] = null;
    }
    pieces = 0;
    total = 0;
    fileDone = 0;
    file = null;
    to = null;
    lazy = false;
    next = null;
  }
}

package io.sluice.internal.nio;

import io.sluice.internal.abi.Abi;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * The parts of one NIO loop and its turn:
 *
 * <pre>
 *   returned buffers -> submissions -> queued sends -> select -> ended handles -> ready channels
 * </pre>
 */
final class NioLoop {
  final NioRings rings;
  final NioSlots slots;
  final NioMemory memory = new NioMemory();
  final NioPoller poller;
  final NioFiles files;
  final NioPools pools;
  final NioSubmissions submissions;
  final NioSockets sockets;
  final NioSendQueue sends;
  final NioInbound inbound;
  final NioAccept accept;
  final NioReceive receive;
  final NioConnect connect;
  final NioMeta meta = new NioMeta();
  final NioDatagrams datagrams;
  final NioDatagramSends datagramSends;
  final NioClose close;

  NioLoop(NioLimits limits) throws IOException {
    rings = new NioRings(limits);
    slots = new NioSlots(rings, limits.maxHandles());
    poller = new NioPoller(rings);
    files = new NioFiles(poller);
    pools = new NioPools(this);
    submissions = new NioSubmissions(this);
    sockets = new NioSockets(this);
    sends = new NioSendQueue(this, limits.maxOps());
    inbound = new NioInbound(this);
    accept = new NioAccept(this, limits.throttleMillis());
    receive = new NioReceive(this, limits.readBudgetBytes());
    connect = new NioConnect(this);
    datagrams = new NioDatagrams(this, limits.readBudgetBytes());
    datagramSends = new NioDatagramSends(this);
    close = new NioClose(this);
  }

  /** One turn; unread completions, or a negative code. */
  int turn(long timeoutNanos) throws IOException {
    rings.count(Abi.CTR_TURNS);
    if (!rings.wordsAreSound()) {
      return -Abi.EINVAL;
    }
    rings.beginTurn();
    pools.takeReturns();
    receive.runAgain();
    submissions.consume();
    sends.flush();
    long start = timeoutNanos > 0 ? System.nanoTime() : 0;
    long left = timeoutNanos;
    while (true) {
      boolean block = left != 0 && !rings.isUrgent() && !close.hasPending();
      boolean notified = poll(block ? waitNanos(left) : 0);
      accept.retry();
      while (close.hasPending()) {
        poll(0);
      }
      if (!block || notified || rings.isUrgent()) {
        return rings.unread();
      }
      if (timeoutNanos > 0) {
        left = timeoutNanos - (System.nanoTime() - start);
        if (left <= 0) {
          return rings.unread();
        }
      }
    }
  }

  private long waitNanos(long left) {
    long throttle = accept.waitNanos();
    return throttle < 0 ? left : left < 0 ? throttle : Math.min(left, throttle);
  }

  private boolean poll(long timeoutNanos) throws IOException {
    close.release();
    boolean notified = poller.poll(timeoutNanos);
    close.finish();
    for (int i = 0; i < poller.readyCount(); i++) {
      dispatch(poller.takeReady(i));
    }
    poller.clearReady();
    return notified;
  }

  private void dispatch(SelectionKey key) {
    NioSlot slot = (NioSlot) key.attachment();
    if (!isCurrent(slot, key)) {
      return;
    }
    int ops = key.readyOps();
    if ((ops & SelectionKey.OP_CONNECT) != 0) {
      connect.ready(slot);
      return;
    }
    if ((ops & (SelectionKey.OP_READ | SelectionKey.OP_ACCEPT)) != 0) {
      inbound.ready(slot);
    }
    if ((ops & SelectionKey.OP_WRITE) != 0 && isCurrent(slot, key)) {
      sends.writable(slot);
    }
  }

  /** Handles end while others are worked off: their keys may still be in the batch. */
  private static boolean isCurrent(NioSlot slot, SelectionKey key) {
    return slot.key == key && slot.life != NioSlot.Life.ENDING && key.isValid();
  }

  /** Makes a non-blocking channel the slot's. */
  void attach(NioSlot slot, SelectableChannel channel, boolean unix) throws IOException {
    slot.channel = channel;
    slot.unix = unix;
    if (channel instanceof SocketChannel) {
      slot.socket = (SocketChannel) channel;
    } else if (channel instanceof DatagramChannel) {
      slot.datagram = (DatagramChannel) channel;
      slot.peer = (InetSocketAddress) slot.datagram.getRemoteAddress();
    } else {
      slot.listener = (ServerSocketChannel) channel;
    }
    poller.register(slot);
  }

  /** Gives up a slot whose channel could not be attached. The channel is the caller's. */
  void discard(NioSlot slot) {
    if (slot != null) {
      slots.free(slot);
    }
  }

  /** Resets what still lives and closes the selector. */
  void destroy() {
    for (int i = 0; i < slots.used(); i++) {
      NioSlot slot = slots.at(i);
      if (slot.life != NioSlot.Life.FREE && slot.life != NioSlot.Life.ENDING) {
        slot.abort = true;
        close.end(slot);
      }
    }
    close.destroy();
    close.release();
    try {
      poller.poll(0);
      poller.close();
    } catch (IOException e) {
      // The selector is of no use any more; its descriptors are given back by the JDK in any case.
    }
    files.closeAll();
  }
}

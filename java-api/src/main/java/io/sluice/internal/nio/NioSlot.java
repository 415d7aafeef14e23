package io.sluice.internal.nio;

import io.sluice.internal.abi.Abi;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;

/**
 * What the engine knows of one handle. Slots are reused, first in first out; the generation tells a handle from its
 * predecessors (C3).
 *
 * <pre>
 *   FREE --LISTEN, ACCEPT, ADOPT, DATAGRAM--> LIVE --CLOSE|DRAIN--> DRAINING --queue empty, failed, or CLOSE|ABORT--> ENDING --> FREE
 *   FREE --CONNECT--> CONNECTING --connected--> LIVE     LIVE --CLOSE, DETACH--> ENDING
 *                         `--failed, cancelled--> ENDING
 * </pre>
 *
 * ENDING is left within the same turn: NIO has no operation in flight in the kernel, only a key to deregister.
 */
final class NioSlot {
  enum Life { FREE, CONNECTING, LIVE, DRAINING, ENDING }

  final int index;
  int generation = 1;
  Life life = Life.FREE;
  /** Link of the free list. */
  NioSlot nextFree;

  SelectableChannel channel;
  /** The channel when it is a connection, else null. */
  SocketChannel socket;
  /** The channel when it is a listener, else null. */
  ServerSocketChannel listener;
  /** The channel when it is a datagram socket, else null. */
  DatagramChannel datagram;
  /** Whom a datagram socket is connected to; null: nobody. */
  InetSocketAddress peer;
  /** Multicast groups that a datagram socket is in; null: none so far. */
  List<MembershipKey> memberships;
  boolean unix;
  SelectionKey key;
  private int interest;

  /** OP_ACCEPT, OP_RECV, OP_RECVMSG, OP_WATCH, or 0: none. */
  int inboundOp;
  boolean inboundMulti;
  long inboundToken;
  NioPool inboundPool;
  boolean starved;
  boolean throttled;
  /** The selector said readable while nobody wanted to read: the next RECV reads at once. */
  boolean readable;
  /** On the list of slots to be tried again in the next turn without asking the selector. */
  boolean again;
  /** The end of the stream was read. */
  boolean inputEnded;
  /** Options for accepted sockets; null: none. */
  NioOptions.Values acceptOptions;
  /** What a WATCH read ahead; null: nothing. */
  NioReadAhead ahead;

  NioSend sendHead;
  NioSend sendTail;
  /** On the list of slots whose queue is to be tried at the end of the batch. */
  boolean dirty;
  /** Waiting for the selector to say writable. */
  boolean writeBlocked;
  /** SHUTDOWN was submitted: later SENDs get EPIPE. */
  boolean finQueued;
  /** A SEND failed: later SENDs get ECANCELED. */
  boolean sendFailed;

  /** Links of the list of connecting slots. */
  NioSlot connectNext;
  NioSlot connectPrevious;
  /** OP_CONNECT, OP_CLOSE, OP_DETACH: what answers when the slot ends. */
  int endOp;
  long endToken;
  int endResult;
  int endDetail;
  /** Close with RST: asked for, or bytes of a SEND were lost. */
  boolean abort;

  NioSlot(int index) {
    this.index = index;
  }

  long handle() {
    return (long) generation << 32 | index;
  }

  boolean isStream() {
    return socket != null;
  }

  /** Tells the selector what to look for, only when it differs: each change costs an epoll_ctl. */
  void interest(int ops, NioRings rings) {
    if (ops != interest) {
      interest = ops;
      key.interestOps(ops);
      rings.count(Abi.CTR_SYSCALLS);
    }
  }

  void addInterest(int ops, NioRings rings) {
    interest(interest | ops, rings);
  }

  void dropInterest(int ops, NioRings rings) {
    interest(interest & ~ops, rings);
  }

  /** Back to the state of a new slot, with the next generation. Zero is skipped: handle 0 is no handle. */
  void reset() {
    generation = generation == -1 ? 1 : generation + 1;
    life = Life.FREE;
    channel = null;
    socket = null;
    listener = null;
    datagram = null;
    peer = null;
    memberships = null;
    unix = false;
    key = null;
    interest = 0;
    inboundOp = 0;
    inboundMulti = false;
    inboundPool = null;
    starved = false;
    throttled = false;
    readable = false;
    again = false;
    inputEnded = false;
    acceptOptions = null;
    ahead = null;
    dirty = false;
    writeBlocked = false;
    finQueued = false;
    sendFailed = false;
    endOp = 0;
    endResult = 0;
    endDetail = 0;
    abort = false;
  }
}

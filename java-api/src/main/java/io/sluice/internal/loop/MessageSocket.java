package io.sluice.internal.loop;

import io.sluice.EventLoop;
import io.sluice.internal.abi.Abi;
import java.nio.ByteBuffer;

/**
 * A message-oriented socket that somebody else made and that a loop carries for a {@link LoopResident}: the kernel's SCTP. Loop thread only.
 *
 * <pre>
 *  ADOPTING --ok: adopted()--> LIVE --close()--> CLOSING --the last completion--> ENDED: ended()
 *     |  close() is remembered until then                                           ^
 *     +--refused, or the loop broke before it--> REFUSED --close(): discard()-------+
 *                                                refused(), unless close() was asked for already
 * </pre>
 *
 * Of every send that was taken {@link #sent} tells the outcome, before {@link #ended}.
 */
public abstract class MessageSocket {
  /** Receives that end with an error, one after the other without a message in between, before nothing more is tried. */
  private static final int MAX_FAILED_RECEIVES = 16;

  private enum State {
    ADOPTING,
    LIVE,
    REFUSED,
    CLOSING,
    ENDED
  }

  private final Loop loop;
  private State state = State.ADOPTING;
  private boolean closeAsked;
  private int slot = -1;
  private long handle;
  private int descriptor;
  private int failedReceives;
  private long pendingBytes;

  /** @param loop one of Sluice's, with a native engine */
  protected MessageSocket(EventLoop loop) {
    this.loop = (Loop) loop;
  }

  /** The engine takes the descriptor over, with the next turn. */
  protected final void adopt(int descriptor) {
    this.descriptor = descriptor;
    slot = loop.messages.add(this);
    loop.submissions.submit(Abi.OP_ADOPT, 0, 0, 0L, Tokens.of(Tokens.MESSAGE_ADOPT, slot), 0L, 0L, descriptor);
  }

  protected final boolean isLive() {
    return state == State.LIVE;
  }

  /** Bytes of sends whose outcome is not known yet. */
  protected final long pendingBytes() {
    return pendingBytes;
  }

  /** The receive buffers, little-endian: what offsets in {@link #received} count in. */
  protected final ByteBuffer buffers() {
    return loop.udp.metas;
  }

  /** For C: the address of an offset in {@link #buffers}. */
  protected final long address(int offset) {
    return loop.pool.base + offset;
  }

  // ------------------------------------------------------------------------------------------- sending

  /**
   * Copies what remains of {@code data}; its position stays. A full socket is waited for.
   *
   * @param flags {@code Abi.META_UNORDERED}, {@code META_PR_TTL}, {@code META_PR_RTX}
   * @param owner for {@link #sent}
   * @return false: no memory, or no room in this turn
   */
  protected final boolean send(
      ByteBuffer data, int stream, int ppid, int flags, int reliabilityValue, int context, Object owner) {
    int meta = loop.submissions.scratch(Abi.META_BYTES);
    if (state != State.LIVE || meta < 0) {
      return false;
    }
    MessageSend s = loop.messages.sends.acquire(this, data);
    if (s == null) {
      return false;
    }
    ByteBuffer region = loop.submissions.scratch.region();
    region.putShort(meta + Abi.META_STREAM, (short) stream);
    region.putInt(meta + Abi.META_PPID, ppid);
    region.putInt(meta + Abi.META_CONTEXT, context);
    region.putShort(meta + Abi.META_FLAGS, (short) flags);
    region.putInt(meta + Abi.META_PR_VALUE, reliabilityValue);
    s.stream = stream;
    s.ppid = ppid;
    s.context = context;
    s.owner = owner;
    pendingBytes += s.bytes;
    loop.counters.add(LoopCounters.MESSAGES_SENT, 1);
    loop.counters.add(LoopCounters.BYTES_TAKEN, s.bytes);
    loop.submissions.submit(
        Abi.OP_SEND, 0, s.bytes, handle, Tokens.of(Tokens.MESSAGE_SEND, s.index), s.address(), meta, 0);
    return true;
  }

  final void completed(MessageSend s, int result, int osError) {
    pendingBytes -= s.bytes;
    int stream = s.stream;
    int ppid = s.ppid;
    int context = s.context;
    Object owner = s.owner;
    if (result < 0) {
      loop.counters.add(LoopCounters.BYTES_UNSENT, s.bytes);
    }
    loop.messages.sends.release(s);
    sent(owner, stream, ppid, context, result, osError);
  }

  /** Tells the sends of that owner as cancelled, now; their true outcome is told to nobody. */
  protected final void disown(Object owner) {
    loop.messages.sends.disown(this, owner);
  }

  // ------------------------------------------------------------------------------------------- completions

  final void adopted(long newHandle, int result, int osError) {
    if (result < 0) {
      loop.messages.sockets.remove(slot);
      state = State.REFUSED;
      if (closeAsked) {
        close();
      } else {
        refused(result, osError);
      }
      return;
    }
    handle = newHandle;
    state = State.LIVE;
    if (closeAsked) {
      close();
      return;
    }
    arm();
    adopted();
  }

  /** The loop is broken, and this is its last word on the ADOPT. A handle that it has ends with its engine. */
  final void adoptedByBroken(long newHandle, int result, int osError) {
    if (result < 0) {
      adopted(newHandle, result, osError);
    } else {
      handle = newHandle;
      state = State.LIVE;
    }
  }

  /** The loop is broken; what it was asked and never carried out is answered at once. */
  final void leftByBroken() {
    if (state == State.ADOPTING) {
      adopted(0L, -Abi.ECANCELED, 0);
    }
  }

  private void arm() {
    loop.submissions.submit(
        Abi.OP_RECVMSG, Abi.SQE_MULTISHOT, 0, handle, Tokens.of(Tokens.MESSAGE_RECEIVE, slot), 0L, 0L, 0);
  }

  final void received(int result, int flags, int buffer, int detail) {
    boolean lent = (flags & Abi.CQE_BUFFER) != 0;
    if (lent) {
      loop.pool.took();
    }
    boolean eof = (flags & Abi.CQE_EOF) != 0;
    try {
      if (lent && (flags & Abi.CQE_NOTE) == 0) {
        failedReceives = 0;
        loop.counters.add(LoopCounters.MESSAGES_RECEIVED, 1);
        received(loop.pool.offset(buffer) + detail, result);
      } else if (!lent && (eof || result < 0 && result != -Abi.ECANCELED) && state == State.LIVE) {
        failed(eof ? 0 : detail);
      }
    } finally {
      if (lent) {
        loop.pool.giveBack(buffer);
      }
    }
    if ((flags & Abi.CQE_MORE) == 0 && state == State.LIVE && !eof && ++failedReceives < MAX_FAILED_RECEIVES) {
      arm();
    }
  }

  // ------------------------------------------------------------------------------------------- the end

  /** What the kernel has not taken fails. Any number of times. */
  protected final void close() {
    closeAsked = true;
    if (state == State.LIVE) {
      state = State.CLOSING;
      loop.submissions.submit(Abi.OP_CLOSE, 0, 0, handle, Tokens.of(Tokens.MESSAGE_CLOSE, slot), 0L, 0L, 0);
    } else if (state == State.REFUSED) {
      state = State.ENDED;
      discard(descriptor);
      ended();
    }
  }

  /** The last completion; or the loop is broken and there will be none. */
  final void over() {
    if (state != State.ENDED) {
      state = State.ENDED;
      loop.messages.sockets.remove(slot);
      ended();
    }
  }

  // ------------------------------------------------------------------------------------------- for subclasses

  protected abstract void adopted();

  /** The descriptor was not taken over. It can be used until {@link #close}. */
  protected abstract void refused(int code, int osError);

  /** Closes the descriptor, which no loop has. */
  protected abstract void discard(int descriptor);

  /**
   * A message or notification. Its memory may be used until this returns.
   *
   * @param at offset of its {@code sluice_meta} in {@link #buffers}; the payload follows it
   */
  protected abstract void received(int at, int bytes);

  /** The socket failed with that errno; 0: it has ended. */
  protected abstract void failed(int osError);

  /**
   * The outcome of a send.
   *
   * @param owner as given to {@link #send}; null after {@link #disown}
   * @param result 0 or more: the kernel took it; else a code
   */
  protected abstract void sent(Object owner, int stream, int ppid, int context, int result, int osError);

  /** Closed: nothing more comes. */
  protected abstract void ended();
}

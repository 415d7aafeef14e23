package io.sluice.internal.sctp;

import io.sluice.internal.abi.Abi;
import io.sluice.internal.abi.SctpAbi;
import io.sluice.internal.loop.MessageSocket;
import io.sluice.sctp.SctpSendFailure;
import java.nio.ByteBuffer;

/**
 * A socket of the kernel's SCTP: a listener's, the one that a connect begins on, or that of one association. What is received is
 * handed to the stack, which knows whose it is. Loop thread only.
 */
final class KernelSocket extends MessageSocket {
  /** Bytes on their way to the kernel from which on an association's messages wait on this side. One message may always go. */
  private static final int WINDOW_BYTES = 64 << 10;

  private final KernelLoop home;
  /** Of the listener or association in C. */
  private long id;
  private final int descriptor;
  /** Whose socket it is; null: a listener's, one that a connect has left, or one whose association was told its end. */
  Association association;

  KernelSocket(KernelLoop home, long id, int descriptor, Association association) {
    super(home.loop);
    this.home = home;
    this.id = id;
    this.descriptor = descriptor;
    this.association = association;
    adopt(descriptor);
  }

  int descriptor() {
    return descriptor;
  }

  /** The peer restarted: the kernel goes on with another association on the same socket. */
  void goesOnWith(long newId, Association next) {
    id = newId;
    association = next;
  }

  // ------------------------------------------------------------------------------------------- sending

  boolean isSending() {
    return pendingBytes() > 0;
  }

  /** False: it has to wait. */
  boolean send(Association a, ByteBuffer data, int stream, int ppid, int flags, int reliabilityValue, int context) {
    return (pendingBytes() == 0 || pendingBytes() + data.remaining() <= WINDOW_BYTES)
        && send(data, stream, ppid, flags, reliabilityValue, context, a);
  }

  /** What became of that association's messages cannot be known any more: they are told as failed now. */
  void forget(Association a) {
    disown(a);
  }

  @Override
  protected void sent(Object owner, int stream, int ppid, int context, int result, int osError) {
    if (!(owner instanceof Association a)) {
      return;
    }
    if (result < 0) {
      a.tellSendFailed(new SctpSendFailure(stream, ppid, context, false, 0));
    }
    if (!a.isLatched() && !home.isOver()) {
      a.sends.writable();
      home.sent();
    }
  }

  // ------------------------------------------------------------------------------------------- receiving

  @Override
  protected void adopted() {
    if (association != null) {
      association.sends.writable(); // What was sent in onOpen.
    }
  }

  @Override
  protected void refused(int code, int osError) {
    // The stack uses the descriptor until it has told the end.
    if (association != null) {
      association.socketRefused(home.stack.text(code), osError);
    } else {
      home.listeners.refused(this);
    }
  }

  @Override
  protected void received(int at, int bytes) {
    if (home.isOver()) {
      return;
    }
    long a = input(at, bytes);
    if (a > 0) {
      home.message(a, buffers(), at, bytes);
    } else {
      home.drain();
    }
  }

  private long input(int at, int bytes) {
    long a = home.stack.input(id, address(at), address(at + Abi.META_BYTES), bytes);
    if (a == -SctpAbi.EAGAIN) {
      home.drain();
      a = home.stack.input(id, address(at), address(at + Abi.META_BYTES), bytes);
    }
    return a;
  }

  @Override
  protected void failed(int osError) {
    if (home.isOver()) {
      return;
    }
    if (home.stack.failed(id, osError) == -SctpAbi.EAGAIN) {
      home.drain();
      home.stack.failed(id, osError);
    }
    home.drain();
  }

  // ------------------------------------------------------------------------------------------- the end

  /** The stack needs it no more. */
  void closeNow() {
    close();
  }

  @Override
  protected void discard(int unused) {
    home.stack.discard(unused);
  }

  @Override
  protected void ended() {
    Association a = association;
    association = null;
    home.socketEnded(this, a);
  }
}

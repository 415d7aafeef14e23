package io.sluice.internal.loop;

import io.sluice.internal.abi.Abi;

/** What a loop has for its {@link MessageSocket}s, and the way of completions and of the loop's end to them. Loop thread only. */
final class LoopMessages {
  final Slots<MessageSocket> sockets = new Slots<>();
  /** Null before the first socket. */
  MessageSend.Table sends;

  private final Loop loop;

  LoopMessages(Loop loop) {
    this.loop = loop;
  }

  int add(MessageSocket socket) {
    if (sends == null) {
      loop.udp.prepare(); // It has the memory for what is sent.
      sends = new MessageSend.Table(loop);
    }
    return sockets.add(socket);
  }

  // A slot is used again only after the CLOSE of its socket completed, the last completion of it all (C2).

  void adopted(long token, long handle, int result, int osError) {
    sockets.get(Tokens.slot(token)).adopted(handle, result, osError);
  }

  void received(long token, int result, int flags, int buffer, int detail) {
    sockets.get(Tokens.slot(token)).received(result, flags, buffer, detail);
  }

  void sent(long token, int result, int detail) {
    MessageSend s = sends.get(Tokens.slot(token));
    s.socket.completed(s, result, detail);
  }

  void closed(long token) {
    sockets.get(Tokens.slot(token)).over();
  }

  private interface Act {
    void on(MessageSocket socket);
  }

  private void each(Act act) {
    for (int i = 0; i < sockets.bound(); i++) {
      MessageSocket s = sockets.get(i);
      if (s != null) {
        act.on(s);
      }
    }
  }

  /** The grace period is over. */
  void abort() {
    each(MessageSocket::close);
  }

  /** The loop is broken. */
  void adoptedByBroken(long token, long handle, int result, int osError) {
    sockets.get(Tokens.slot(token)).adoptedByBroken(handle, result, osError);
  }

  /** After the last {@link #adoptedByBroken}. */
  void leftByBroken() {
    each(MessageSocket::leftByBroken);
  }

  /** No more completions will come. */
  void breakUp() {
    for (int i = 0; sends != null && i < sends.bound(); i++) {
      MessageSend s = sends.get(i);
      if (s.socket != null) {
        s.socket.completed(s, -Abi.ECANCELED, 0);
      }
    }
    each(MessageSocket::over);
  }
}

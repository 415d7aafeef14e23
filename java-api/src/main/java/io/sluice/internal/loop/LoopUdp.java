package io.sluice.internal.loop;

import io.sluice.CloseReason;
import io.sluice.internal.abi.Abi;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What a loop has for its datagram sockets, and the way of completions and of the loop's end to them. Loop thread only. What a loop
 * without any would carry in vain is made with the first of them.
 */
final class LoopUdp {
  final Slots<UdpSocketImpl> sockets = new Slots<>();
  /** These are null before {@link #prepare}. */
  UdpSendRecord.Table records;
  UdpAddresses addresses;
  UdpInfo info;
  UdpChunks chunks;
  /** The receive pool, as the engine writes numbers into it. */
  final ByteBuffer metas;

  private final Loop loop;

  LoopUdp(Loop loop) {
    this.loop = loop;
    metas = loop.pool.slab.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Before a socket is used that sends from {@link #chunks}. Any number of times. */
  void prepare() {
    if (records == null) {
      records = new UdpSendRecord.Table();
      addresses = new UdpAddresses();
      info = new UdpInfo(loop, addresses);
      chunks = new UdpChunks(loop.sendMemory);
    }
  }

  int add(UdpSocketImpl socket) {
    prepare();
    return sockets.add(socket);
  }

  // ------------------------------------------------------------------------------------------- completions

  void received(long token, int result, int flags, int buffer, int detail) {
    // A slot is used again only after the CLOSE of its socket completed, the last completion of it all (C2).
    sockets.get(Tokens.slot(token)).reads.completed(result, flags, buffer, detail);
  }

  void sent(long token, int result, int detail) {
    UdpSendRecord record = records.get(Tokens.slot(token));
    record.socket.sends.completed(record, result, detail);
  }

  void opened(long token, long handle, int result, int refusedOption, int detail) {
    sockets.get(Tokens.slot(token)).opened(handle, result, refusedOption, detail);
  }

  void closed(long token) {
    sockets.get(Tokens.slot(token)).ended();
  }

  // ------------------------------------------------------------------------------------------- the loop's end

  private interface Act {
    void on(UdpSocketImpl socket);
  }

  private void each(Act act) {
    for (int i = 0; i < sockets.bound(); i++) {
      UdpSocketImpl s = sockets.get(i);
      if (s != null) {
        act.on(s);
      }
    }
  }

  void shutDown() {
    each(s -> s.endGracefully(CloseReasons.SHUTDOWN));
  }

  /** The grace period is over. */
  void abort() {
    each(s -> s.endNow(CloseReasons.SHUTDOWN));
  }

  /** No more completions will come. */
  void breakUp(CloseReason why) {
    each(s -> s.refuseWithLoop(why));
    for (int i = 0; records != null && i < records.bound(); i++) {
      UdpSendRecord record = records.get(i);
      if (record.socket != null) {
        record.socket.sends.completed(record, -Abi.ECANCELED, 0);
      }
    }
    each(UdpSocketImpl::endWithLoop);
  }
}

package io.sluice.api;

import io.sluice.BufferLease;
import io.sluice.CloseReason;
import io.sluice.DatagramInfo;
import io.sluice.UdpError;
import io.sluice.UdpHandler;
import io.sluice.UdpSocket;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;

/** A handler that writes down what happens, and checks on which thread and in which order. */
class UdpRecorder implements UdpHandler {
  /** A datagram with what was known of it. */
  record Got(byte[] data, InetSocketAddress source, boolean truncated, int tos, int ecn, int segment, Object destination, long dropped) {}

  final List<String> events = new CopyOnWriteArrayList<>();
  final BlockingQueue<Got> datagrams = new LinkedBlockingQueue<>();
  final BlockingQueue<UdpError> errors = new LinkedBlockingQueue<>();
  final CompletableFuture<CloseReason> closed = new CompletableFuture<>();
  final CompletableFuture<Throwable> fault = new CompletableFuture<>();

  private void event(UdpSocket s, String what) {
    if (!s.loop().inLoop()) {
      fault.complete(new AssertionError(what + " was called by " + Thread.currentThread()));
    }
    if (closed.isDone()) {
      fault.complete(new AssertionError(what + " was called after onClosed"));
    }
    if (events.isEmpty() != what.equals("open")) {
      fault.complete(new AssertionError(what + " after " + events));
    }
    if (events.isEmpty() || !events.get(events.size() - 1).equals(what)) {
      events.add(what);
    }
  }

  @Override
  public void onOpen(UdpSocket s) {
    event(s, "open");
  }

  @Override
  public void onDatagram(UdpSocket s, BufferLease data, DatagramInfo info) {
    event(s, "datagram");
    byte[] b = new byte[data.length()];
    data.copyTo(0, b, 0, b.length);
    datagrams.add(
        new Got(
            b, info.source(), info.isTruncated(), info.tos(), info.ecn(), info.segmentBytes(), info.destination(),
            info.dropped()));
  }

  @Override
  public void onWritable(UdpSocket s) {
    event(s, "writable");
  }

  @Override
  public void onError(UdpSocket s, UdpError error) {
    event(s, "error");
    errors.add(error);
  }

  @Override
  public void onClosed(UdpSocket s, CloseReason reason) {
    event(s, "closed");
    closed.complete(reason);
  }

  void check() {
    if (fault.isDone()) {
      throw new AssertionError(fault.join());
    }
  }

  /** Answers each datagram where it came from, without a copy. */
  static final class Echo extends UdpRecorder {
    @Override
    public void onDatagram(UdpSocket s, BufferLease data, DatagramInfo info) {
      s.reply(data, info);
    }
  }
}

package io.sluice.sctp;

import io.sluice.BufferLease;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;

/** A handler that writes down what happens, and checks thread and order. Subclasses override the ...Do methods. */
class SctpRecorder implements SctpHandler {
  /** {@code open}, {@code message 0/51 text}, {@code peerShutdown} ... in their order. */
  final List<String> events = new CopyOnWriteArrayList<>();
  final CompletableFuture<SctpAssociation> opened = new CompletableFuture<>();
  final CompletableFuture<SctpClose> closed = new CompletableFuture<>();
  final CompletableFuture<Throwable> fault = new CompletableFuture<>();
  final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
  final BlockingQueue<SctpStreamReset> resets = new LinkedBlockingQueue<>();
  final BlockingQueue<SctpSendFailure> failures = new LinkedBlockingQueue<>();
  final BlockingQueue<String> writable = new LinkedBlockingQueue<>();

  /** Also writes down how several associations begin, fail to send, and end, in one order. */
  static SctpRecorder of(List<String> lives) {
    return new SctpRecorder() {
      @Override
      void openDo(SctpAssociation a) {
        lives.add("open");
      }

      @Override
      void failedDo(SctpAssociation a, SctpSendFailure failure) {
        lives.add("sendFailed " + failure.context());
      }

      @Override
      void closedDo(SctpAssociation a, SctpClose close) {
        lives.add("closed " + close.kind());
      }
    };
  }

  private void event(SctpAssociation a, String what) {
    if (!a.loop().inLoop()) {
      fault.complete(new AssertionError(what + " was called by " + Thread.currentThread()));
    }
    if (closed.isDone()) {
      fault.complete(new AssertionError(what + " was called after onClosed"));
    }
    if (!what.equals("open") && !opened.isDone()) {
      fault.complete(new AssertionError(what + " was called before onOpen returned"));
    }
    events.add(what);
  }

  @Override
  public void onOpen(SctpAssociation a) {
    if (opened.isDone()) {
      fault.complete(new AssertionError("onOpen was called twice"));
    }
    event(a, "open");
    opened.complete(a);
    openDo(a);
  }

  void openDo(SctpAssociation a) {}

  @Override
  public void onMessage(SctpAssociation a, BufferLease data, SctpMessageInfo info) {
    byte[] b = new byte[data.length()];
    data.copyTo(0, b, 0, b.length);
    String text =
        info.stream() + "/" + Integer.toUnsignedLong(info.ppid()) + (info.isUnordered() ? "u " : " ")
            + new String(b, StandardCharsets.UTF_8);
    event(a, "message " + (text.length() > 60 ? text.substring(0, 60) : text));
    messages.add(text);
    messageDo(a, data, info);
  }

  void messageDo(SctpAssociation a, BufferLease data, SctpMessageInfo info) {}

  @Override
  public void onWritable(SctpAssociation a) {
    event(a, "writable");
    writable.add("writable");
  }

  @Override
  public void onStreamReset(SctpAssociation a, SctpStreamReset reset) {
    event(a, "reset " + reset);
    resets.add(reset);
  }

  @Override
  public void onPath(SctpAssociation a, SctpPathState state) {
    event(a, "path " + state);
  }

  @Override
  public void onPeerShutdown(SctpAssociation a) {
    event(a, "peerShutdown");
    peerShutdownDo(a);
  }

  void peerShutdownDo(SctpAssociation a) {}

  @Override
  public void onSendFailed(SctpAssociation a, SctpSendFailure failure) {
    event(a, "sendFailed " + failure.context());
    failures.add(failure);
    failedDo(a, failure);
  }

  void failedDo(SctpAssociation a, SctpSendFailure failure) {}

  @Override
  public void onClosed(SctpAssociation a, SctpClose close) {
    event(a, "closed " + close.kind());
    closedDo(a, close);
    closed.complete(close);
  }

  void closedDo(SctpAssociation a, SctpClose close) {}

  long count(String prefix) {
    return events.stream().filter(e -> e.startsWith(prefix)).count();
  }
}

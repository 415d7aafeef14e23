package io.sluice.api;

import io.sluice.BufferLease;
import io.sluice.CloseReason;
import io.sluice.Connection;
import io.sluice.ConnectionHandler;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** A handler that writes down what happens, and checks on which thread. Subclasses override the on...Do methods. */
public class Recorder implements ConnectionHandler {
  public final List<String> events = new CopyOnWriteArrayList<>();
  public final CompletableFuture<Connection> opened = new CompletableFuture<>();
  public final CompletableFuture<CloseReason> closed = new CompletableFuture<>();
  public final CompletableFuture<Void> inputClosed = new CompletableFuture<>();
  public final CompletableFuture<Throwable> fault = new CompletableFuture<>();
  private final ByteArrayOutputStream data = new ByteArrayOutputStream();

  /** Everything received, so far. */
  public final String text() {
    synchronized (data) {
      return data.toString(StandardCharsets.UTF_8);
    }
  }

  public final int bytes() {
    synchronized (data) {
      return data.size();
    }
  }

  public final byte[] received() {
    synchronized (data) {
      return data.toByteArray();
    }
  }

  private void event(Connection c, String what) {
    if (!c.loop().inLoop()) {
      fault.complete(new AssertionError(what + " was called by " + Thread.currentThread()));
    }
    if (closed.isDone()) {
      fault.complete(new AssertionError(what + " was called after onClosed"));
    }
    if (events.isEmpty() || !events.get(events.size() - 1).equals(what)) {
      events.add(what);
    }
  }

  @Override
  public void onOpen(Connection c) {
    event(c, "open");
    opened.complete(c);
  }

  @Override
  public void onData(Connection c, BufferLease lease) {
    event(c, "data");
    byte[] b = new byte[lease.length()];
    lease.copyTo(0, b, 0, b.length);
    synchronized (data) {
      data.write(b, 0, b.length);
    }
  }

  @Override
  public void onWritable(Connection c) {
    event(c, "writable");
  }

  @Override
  public void onInputClosed(Connection c) {
    event(c, "inputClosed");
    inputClosed.complete(null);
    c.close();
  }

  @Override
  public void onClosed(Connection c, CloseReason reason) {
    event(c, "closed");
    closed.complete(reason);
  }

  /** Echoes every lease without a copy. */
  public static final class Echo extends Recorder {
    @Override
    public void onData(Connection c, BufferLease lease) {
      c.send(lease);
    }
  }
}

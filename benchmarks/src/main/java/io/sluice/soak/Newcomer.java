package io.sluice.soak;

import io.sluice.BufferLease;
import io.sluice.CloseReason;
import io.sluice.CloseReason.Kind;
import io.sluice.Connection;
import io.sluice.ConnectionHandler;
import io.sluice.EventLoopGroup;
import java.util.Set;

/** An accepted connection that does not know yet whom it serves: waits for the header, or does what its door does at once. */
final class Newcomer implements ConnectionHandler {
  private final Round round;
  private final Door door;
  private final EventLoopGroup group;
  private final Tally tally;
  private final byte[] header = new byte[Content.HEADER_BYTES];
  private int headerBytes;
  private boolean opened;
  private boolean closed;

  Newcomer(Round round, Door door, EventLoopGroup group, Tally tally) {
    this.round = round;
    this.door = door;
    this.group = group;
    this.tally = tally;
  }

  @Override
  public void onOpen(Connection c) {
    if (opened) {
      fault(c, "onOpen called twice");
    }
    opened = true;
    tally.opens.increment();
    round.newcomerOpened();
    if (group.connections().byId(c.id()).orElse(null) != c) {
      fault(c, "the registry does not find an open connection");
    }
    if (c.isReadingPaused()) {
      round.resumeLater(c);
    }
    switch (door.act()) {
      case CLOSE -> c.close();
      case ABORT -> c.abort();
      case THROW -> throw new Provoked("onOpen at " + door);
      default -> {}
    }
  }

  @Override
  public void onData(Connection c, BufferLease lease) {
    round.progress.increment();
    if (!opened || closed || door.actsOnOpen()) {
      fault(c, "onData before onOpen, after onClosed or after the end was asked for");
    }
    int n = Math.min(lease.length(), header.length - headerBytes);
    lease.copyTo(0, header, headerBytes, n);
    headerBytes += n;
    if (headerBytes < header.length) {
      return;
    }
    Pair pair = round.pair(round.content.numberIn(header));
    if (pair == null || pair.scenario.door() != door) {
      fault(c, "the header is not one of this round, or came to the wrong door");
      c.abort();
      return;
    }
    SluiceSide side = new SluiceSide(pair, false, group, tally);
    if (!pair.acceptor(side)) {
      pair.fault("two accepted connections have the same header");
      c.abort();
      return;
    }
    c.handler(side);
    round.bound(side);
    byte[] all = new byte[header.length + lease.length() - n];
    System.arraycopy(header, 0, all, 0, header.length);
    lease.copyTo(n, all, header.length, lease.length() - n);
    side.takeOver(c, all);
  }

  @Override
  public void onClosed(Connection c, CloseReason why) {
    if (closed) {
      fault(c, "onClosed called twice");
    }
    closed = true;
    tally.closed(why.kind());
    round.newcomerClosed();
    if (group.connections().byId(c.id()).isPresent()) {
      fault(c, "the registry finds a connection in onClosed");
    }
    Kind kind = why.kind();
    Set<Kind> allowed = Expectations.ofNewcomer(round.shuttingDown());
    boolean right =
        switch (door.act()) {
          case CLOSE -> kind == Kind.LOCAL_CLOSE;
          case ABORT -> kind == Kind.LOCAL_ABORT;
          case THROW -> kind == Kind.HANDLER_FAILED;
          default -> allowed.contains(kind);
        };
    if (!right) {
      fault(c, "reason " + why + " of an accepted connection without a header");
    }
  }

  private void fault(Connection c, String what) {
    round.faults.add("connection " + c.id() + " accepted at " + door + ": " + what);
  }
}

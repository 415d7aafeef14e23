package io.sluice.soak;

import io.sluice.BufferLease;
import io.sluice.CloseReason;
import io.sluice.CloseReason.Kind;
import io.sluice.Connection;
import io.sluice.ConnectionHandler;
import io.sluice.EventLoopGroup;
import io.sluice.IdleKind;
import io.sluice.SendResult;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * A Sluice connection that follows its plan, and the rules of {@link ConnectionHandler} that every callback is held against:
 *
 * <pre>
 *  onOpen --> { onData, onWritable, onIdle, onHeartbeat, onInputEnding (once) } --> onInputClosed (once) --> onClosed (once)
 *             after an end that was asked for on the loop: onSent and onClosed only; after onClosed: nothing
 * </pre>
 */
final class SluiceSide implements ConnectionHandler, Side {
  private static final int KEYS = 61;

  final Pair pair;
  private final boolean ofDialer;
  private final SidePlan plan;
  private final EventLoopGroup group;
  private final Tally tally;
  private final Outgoing outgoing;
  private final Incoming incoming;
  private final Ending ending;
  private volatile Connection connection;
  private volatile boolean closed;
  private volatile CloseReason reason;
  private volatile boolean sawEnd;
  private boolean sawEnding;
  private boolean reactWhenSent;

  SluiceSide(Pair pair, boolean ofDialer, EventLoopGroup group, Tally tally) {
    this.pair = pair;
    this.ofDialer = ofDialer;
    this.group = group;
    this.tally = tally;
    Scenario s = pair.scenario;
    this.plan = ofDialer ? s.dialer() : s.acceptor();
    Content content = pair.round.content;
    Content.Stream up = content.ofDialer(s.number());
    Content.Stream down = s.acceptor().echo() ? up : content.ofAcceptor(s.number());
    this.outgoing = new Outgoing(this, plan, ofDialer ? up : down);
    this.incoming = new Incoming(this, plan, ofDialer ? down : up);
    this.ending = new Ending(this, plan);
  }

  // ------------------------------------------------------------------------------------------- callbacks

  @Override
  public void onOpen(Connection c) {
    if (connection != null) {
      fault("onOpen called twice");
    }
    connection = c;
    tally.opens.increment();
    pair.round.opened(this);
    entered(c, "onOpen");
    if (plan.startsPaused() && plan.act() != Act.CLOSE_UNREAD) {
      incoming.startPaused(c, false);
    }
    begin(c);
  }

  /** An acceptor that learned from the header whom it serves. */
  void takeOver(Connection c, byte[] header) {
    connection = c;
    incoming.received(header);
    if (plan.echo()) {
      echo(c.send(ByteBuffer.wrap(header)), header.length);
    }
    begin(c);
    dataArrived();
  }

  private void dataArrived() {
    if (incoming.received() >= plan.triggerBytes()) {
      ending.happened(Trigger.DATA);
    }
  }

  private void begin(Connection c) {
    expectRegistered(c);
    if (plan.act() == Act.CLOSE_UNREAD) {
      incoming.startPaused(c, true);
    }
    if (ofDialer && !plan.headless()) {
      outgoing.sendHeader();
    }
    ending.prepare(c);
    boolean atOnce = plan.trigger() == Trigger.START && plan.act() != Act.NONE;
    if (!atOnce && !plan.headless() && !plan.echo()) {
      outgoing.send(plan.total() - plan.atEnd());
    }
    ending.happened(Trigger.START);
  }

  @Override
  public void onData(Connection c, BufferLease lease) {
    entered(c, "onData");
    expectNotAsked("onData");
    if (sawEnd) {
      fault("onData after onInputClosed");
    }
    incoming.data(c, lease);
    dataArrived();
  }

  @Override
  public void onWritable(Connection c) {
    entered(c, "onWritable");
    expectNotAsked("onWritable");
    outgoing.goOn();
    ending.happened(Trigger.WRITABLE);
  }

  @Override
  public void onIdle(Connection c, IdleKind kind) {
    entered(c, "onIdle");
    expectNotAsked("onIdle");
    ending.happened(Trigger.IDLE);
  }

  @Override
  public void onHeartbeat(Connection c) {
    entered(c, "onHeartbeat");
    expectNotAsked("onHeartbeat");
    ending.happened(Trigger.HEARTBEAT);
  }

  @Override
  public void onInputEnding(Connection c) {
    entered(c, "onInputEnding");
    expectNotAsked("onInputEnding");
    if (sawEnding || sawEnd) {
      fault("onInputEnding called twice, or after onInputClosed");
    }
    sawEnding = true;
    ending.happened(Trigger.INPUT_ENDING);
  }

  @Override
  public void onInputClosed(Connection c) {
    entered(c, "onInputClosed");
    expectNotAsked("onInputClosed");
    incoming.expectReading("onInputClosed");
    if (sawEnd) {
      fault("onInputClosed called twice");
    }
    sawEnd = true;
    if (plan.atEnd() > 0 && outgoing.accepted() < plan.total()) {
      reactWhenSent = true;
      outgoing.send(plan.total());
    } else {
      ending.react();
    }
  }

  @Override
  public void onClosed(Connection c, CloseReason why) {
    entered(c, "onClosed");
    reason = why;
    closed = true;
    ending.cancel();
    tally.closed(why.kind());
    expectGone(c);
    expectReason(c, why);
    incoming.releaseAll();
    pair.round.closed(this);
    pair.leave();
    if (plan.throwsInClosed()) {
      throw new Provoked("onClosed of " + pair.scenario.number());
    }
  }

  // ------------------------------------------------------------------------------------------- rules

  /** What holds at every call. */
  void entered(Connection c, String callback) {
    pair.round.progress.increment();
    if (c != connection) {
      fault(callback + " came for " + c + " in place of " + connection);
    }
    if (closed) {
      fault(callback + " after onClosed");
    }
    if (!c.loop().inLoop()) {
      fault(callback + " on thread " + Thread.currentThread().getName());
    }
  }

  private void expectNotAsked(String callback) {
    if (ending.endAsked()) {
      fault(callback + " after the end was asked for");
    }
  }

  private Integer key() {
    return (int) (pair.scenario.number() % KEYS);
  }

  private void expectRegistered(Connection c) {
    if (group.connections().byId(c.id()).orElse(null) != c) {
      fault("the registry does not find an open connection");
    }
    if (!group.connections().register(key(), c)) {
      fault("the registry refused an open connection");
    }
  }

  private void expectGone(Connection c) {
    if (group.connections().byId(c.id()).isPresent()) {
      fault("the registry finds a connection in onClosed");
    }
    if (group.connections().byKey(key()).contains(c)) {
      fault("the registry finds a connection by its key in onClosed");
    }
    if (group.connections().register(key(), c)) {
      fault("the registry took a connection in onClosed");
    }
  }

  private void expectReason(Connection c, CloseReason why) {
    Set<Kind> allowed = Expectations.allowed(pair.scenario, ofDialer);
    if (pair.round.shuttingDown() && !pair.scenario.certain()) {
      allowed = EnumSet.copyOf(allowed);
      allowed.add(Kind.LOOP_SHUTDOWN);
    }
    if (!allowed.contains(why.kind())) {
      fault("reason " + why + " is not one of " + allowed);
    }
    if (!why.equals(c.closeReason()) || c.isOpen()) {
      fault("onClosed was told " + why + ", the connection says " + c.closeReason());
    }
    if (inGoodOrder(why.kind()) && why.bytesUnsent() != 0 && !plan.foreignSends()) {
      fault("an end in good order did not send everything: " + why);
    }
    if (c.send(ByteBuffer.allocate(1)) != SendResult.CLOSED) {
      fault("a closed connection takes a send");
    }
  }

  private static boolean inGoodOrder(Kind kind) {
    return kind == Kind.LOCAL_CLOSE || kind == Kind.PEER_CLOSE;
  }

  /** When no other thread is at work any more. A send that races with the close may be told to have failed, no other. */
  @Override
  public void judge() {
    if (reason != null && inGoodOrder(reason.kind()) && accepted() - unsent() < ending.sure()) {
      fault("an end in good order lost bytes: " + ending.sure() + " were taken before the close, " + accepted() + " altogether");
    }
    if (receiptsMissing() != 0) {
      fault("calls of onSent are missing: " + receiptsMissing());
    }
  }

  /** A stage of close, abort or closed: always the same one, complete after onClosed. Any thread. */
  void watch(CompletionStage<CloseReason> stage) {
    if (stage != connection.closed()) {
      fault("another stage than that of closed()");
    }
    pair.enter();
    stage.whenComplete(
        (why, failure) -> {
          if (failure != null || !closed || !why.equals(reason)) {
            fault("the stage of the close says " + why + ", onClosed " + reason);
          }
          pair.leave();
        });
  }

  // ------------------------------------------------------------------------------------------- for the parts

  /** Any thread. */
  void happened(Trigger what) {
    if (what == Trigger.ALL_SENT && reactWhenSent) {
      ending.react();
    } else {
      ending.happened(what);
    }
  }

  void echo(SendResult answer, int length) {
    outgoing.echoed(answer, length);
  }

  boolean shutOutput() {
    return ending.shutOutput();
  }

  Connection connection() {
    return connection;
  }

  void fault(String what) {
    pair.fault((ofDialer ? "dialer: " : "acceptor: ") + what);
  }

  // ------------------------------------------------------------------------------------------- for the judgement

  boolean stays() {
    return plan.act() == Act.STAY;
  }

  boolean opened() {
    return connection != null;
  }

  @Override
  public long received() {
    return incoming.received();
  }

  @Override
  public long accepted() {
    return outgoing.accepted();
  }

  @Override
  public long unsent() {
    return reason.bytesUnsent();
  }

  @Override
  public boolean sawEnd() {
    return sawEnd;
  }

  @Override
  public Kind kind() {
    return reason == null ? null : reason.kind();
  }

  private int receiptsMissing() {
    return outgoing.receiptsMissing();
  }

  @Override
  public String toString() {
    return (ofDialer ? "dialer" : "acceptor") + "[" + (connection == null ? "not open" : "id " + connection.id()) + ", sent "
        + accepted() + ", received " + received() + (sawEnd ? ", saw the end" : sawEnding ? ", sees the end coming" : "")
        + (closed ? ", closed: " + reason : "") + (ending.endAsked() ? ", end asked" : "")
        + (connection == null ? "" : ", pending " + connection.pendingSendBytes() + (connection.isReadingPaused() ? ", paused" : ""))
        + "]";
  }
}

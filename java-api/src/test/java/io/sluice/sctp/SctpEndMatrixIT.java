package io.sluice.sctp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.CloseReason.Kind;
import io.sluice.SendResult;
import io.sluice.api.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Every way to end x who acts x when, over real datagrams: before the association is up, idle, with data on its way in both directions,
 * and half-closed, that is after the other side's SHUTDOWN and before its completion. Each side is told once, and of the right kind.
 */
class SctpEndMatrixIT {
  private static final int MESSAGES = 50;
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final byte[] LONGEST_REASON = "0123456789abcdef".repeat(32).substring(0, SctpAssociation.MAX_REASON_BYTES).getBytes();
  private static final SctpOptions FAST = SctpOptions.defaults().withLiveness(SctpLiveness.FAST);
  /** Where the peer's own timers must not come first. */
  private static final SctpOptions WAN = SctpOptions.defaults().withLiveness(SctpLiveness.WAN);

  private enum Way {
    CLOSE, ABORT, ABORT_LONGEST, DEADLINE, LOOP_ENDS, SILENCE
  }

  private enum When {
    IDLE, DATA, HALF_CLOSED
  }

  /** One association through a wire of its own. */
  private static final class Scene implements AutoCloseable {
    final String name;
    final Way way;
    final When when;
    final boolean clientActs;
    final UdpRelay wire;
    final SctpRecorder client = new SctpRecorder();
    final SctpRecorder server;
    final SctpAssociation near;
    final SctpAssociation far;

    Scene(SctpPair p, Way way, boolean clientActs, When when) {
      this.name = way + " by the " + (clientActs ? "client" : "server") + ", " + when;
      this.way = way;
      this.when = when;
      this.clientActs = clientActs;
      wire = new UdpRelay(p.address().udp());
      near = Await.value(p.clientSide.connect(SctpAddress.overUdp(wire.address(), SctpPair.PORT), FAST, client));
      server = Await.next(p.accepted);
      far = Await.value(server.opened);
    }

    SctpAssociation actor() {
      return clientActs ? near : far;
    }

    SctpAssociation other() {
      return clientActs ? far : near;
    }

    SctpRecorder acting() {
      return clientActs ? client : server;
    }

    SctpRecorder seeing() {
      return clientActs ? server : client;
    }

    private static void sendSome(SctpAssociation a) {
      for (int i = 0; i < MESSAGES; i++) {
        assertTrue(a.send(SctpPair.text("m" + i), SctpSendOptions.stream(0), i).accepted());
      }
    }

    void prepare() {
      if (when == When.DATA) {
        sendSome(actor());
        sendSome(other());
      } else if (when == When.HALF_CLOSED) {
        wire.drop(SctpPacket.SHUTDOWN_ACK);
        other().close(LONG);
        Await.until(name + ": half-closed", () -> acting().count("peerShutdown") == 1);
        assertEquals(SctpState.PEER_SHUTDOWN, actor().state());
        assertEquals(SendResult.CLOSED, actor().send(SctpPair.text("x"), 0, 0));
      }
    }

    void act(SctpPair p) {
      switch (way) {
        case CLOSE -> {
          actor().close(LONG);
          wire.drop(-1);
        }
        case ABORT -> actor().abort("enough");
        case ABORT_LONGEST -> actor().abort(12, LONGEST_REASON);
        case DEADLINE -> actor().close(Duration.ZERO);
        case LOOP_ENDS -> (clientActs ? p.clientGroup : p.serverGroup).shutdown(Duration.ZERO);
        case SILENCE -> wire.cut();
      }
    }

    private Set<Kind> expectedHere() {
      return switch (way) {
        case CLOSE -> EnumSet.of(when == When.HALF_CLOSED ? Kind.PEER_CLOSE : Kind.LOCAL_CLOSE);
        case ABORT, ABORT_LONGEST -> EnumSet.of(Kind.LOCAL_ABORT);
        case DEADLINE -> EnumSet.of(Kind.CLOSE_TIMEOUT);
        case LOOP_ENDS -> EnumSet.of(Kind.LOOP_SHUTDOWN);
        case SILENCE -> EnumSet.of(Kind.PATH_LOST);
      };
    }

    private Set<Kind> expectedThere() {
      return switch (way) {
        case CLOSE -> EnumSet.of(when == When.HALF_CLOSED ? Kind.LOCAL_CLOSE : Kind.PEER_CLOSE);
        case SILENCE -> EnumSet.of(Kind.PATH_LOST);
        default -> EnumSet.of(Kind.PEER_ABORT);
      };
    }

    void judge() {
      SctpClose here = Await.value(acting().closed);
      SctpClose there = Await.value(seeing().closed);
      assertTrue(expectedHere().contains(here.kind()), name + ": here " + here);
      assertTrue(expectedThere().contains(there.kind()), name + ": there " + there);
      if (there.kind() == Kind.PEER_ABORT) {
        assertEquals(12, there.causeCode(), name);
        assertEquals(reason(), there.abortReasonText(), name);
      }
      for (SctpRecorder r : List.of(client, server)) {
        assertEquals(null, r.fault.getNow(null), name);
        assertEquals(1, r.count("closed"), name);
        assertTrue(r.events.get(r.events.size() - 1).startsWith("closed"), name + ": " + r.events);
        assertTrue(r.count("peerShutdown") <= 1, name);
      }
      for (SctpAssociation a : List.of(near, far)) {
        assertEquals(SctpState.CLOSED, a.state(), name);
        assertEquals(SendResult.CLOSED, a.send(SctpPair.text("late"), 0, 0), name);
      }
      if (when == When.DATA) {
        isAccountedFor(acting(), seeing(), way == Way.CLOSE);
        isAccountedFor(seeing(), acting(), false);
      }
    }

    private String reason() {
      return switch (way) {
        case ABORT -> "enough";
        case ABORT_LONGEST -> new String(LONGEST_REASON);
        case DEADLINE -> "close deadline";
        default -> SctpTransport.SHUTDOWN_REASON;
      };
    }

    /** What arrived is a beginning, in order; the rest failed, once each. */
    private void isAccountedFor(SctpRecorder from, SctpRecorder to, boolean all) {
      List<String> got = List.copyOf(to.messages);
      for (int i = 0; i < got.size(); i++) {
        assertEquals("0/0 m" + i, got.get(i), name);
      }
      long failures = from.failures.size();
      assertEquals(failures, from.failures.stream().map(SctpSendFailure::context).distinct().count(), name);
      assertTrue(got.size() + failures >= MESSAGES, name + ": " + got.size() + " arrived, " + failures + " failed");
      if (all) {
        assertEquals(MESSAGES, got.size(), name);
      }
    }

    @Override
    public void close() {
      wire.close();
    }
  }

  @OnEverySctpCell
  void everyWayToEndIsToldOnceToBothSidesWhoeverActsAndWhen(SctpCell cell) {
    for (Way way : EnumSet.range(Way.CLOSE, Way.DEADLINE)) {
      try (SctpPair p = new SctpPair(cell)) {
        for (When when : When.values()) {
          for (boolean clientActs : new boolean[] {true, false}) {
            try (Scene s = new Scene(p, way, clientActs, when)) {
              s.prepare();
              s.act(p);
              s.judge();
            }
          }
        }
      }
    }
  }

  @OnEverySctpEngine
  void aLoopThatEndsIsToldOnceToBothSidesWhoseverItIsAndWhen(SctpCell cell) {
    for (When when : When.values()) {
      for (boolean clientActs : new boolean[] {true, false}) {
        try (SctpPair p = new SctpPair(cell); Scene s = new Scene(p, Way.LOOP_ENDS, clientActs, when)) {
          s.prepare();
          s.act(p);
          s.judge();
        }
      }
    }
  }

  /** All at once, because it takes a while. */
  @OnEverySctpEngine
  void silenceIsToldOnceToBothSidesWhoeverDidWhatBefore(SctpCell cell) {
    List<Scene> scenes = new ArrayList<>();
    try (SctpPair p = new SctpPair(cell)) {
      for (When when : When.values()) {
        for (boolean clientActs : new boolean[] {true, false}) {
          scenes.add(new Scene(p, Way.SILENCE, clientActs, when));
        }
      }
      scenes.forEach(Scene::prepare);
      scenes.forEach(s -> s.act(p));
      scenes.forEach(Scene::judge);
    } finally {
      scenes.forEach(Scene::close);
    }
  }

  // ------------------------------------------------------------------------------------------- before it is up

  private static Kind failure(CompletableFuture<SctpAssociation> stage) {
    return assertInstanceOf(SctpException.class, Await.failure(stage)).reason().kind();
  }

  /** The client acts while nobody answers. */
  @OnEverySctpCell
  void beforeItIsUpTheClientsEndCallsNoMethodOfItsHandler(SctpCell cell) {
    for (Way way : EnumSet.of(Way.ABORT, Way.LOOP_ENDS, Way.SILENCE)) {
      try (SctpPair p = new SctpPair(cell); UdpRelay wire = new UdpRelay(p.address().udp())) {
        wire.cut();
        SctpRecorder client = new SctpRecorder();
        SctpOptions options =
            FAST.withLiveness(way == Way.SILENCE ? SctpLiveness.FAST.withConnect(2, Duration.ofMillis(250)) : SctpLiveness.WAN);
        CompletableFuture<SctpAssociation> stage =
            p.clientSide.connect(SctpAddress.overUdp(wire.address(), SctpPair.PORT), options, client).toCompletableFuture();
        Await.until("it was begun", () -> p.clientSide.stats().value(SctpMetric.ASSOCIATIONS_BEGUN) == 1);
        Kind expected = Kind.CONNECT_TIMEOUT;
        if (way == Way.ABORT) {
          assertTrue(stage.cancel(false));
          expected = Kind.LOCAL_ABORT;
        } else if (way == Way.LOOP_ENDS) {
          p.clientGroup.shutdown(Duration.ZERO);
          expected = Kind.LOOP_SHUTDOWN;
        }
        if (way != Way.ABORT) {
          assertEquals(expected, failure(stage));
        }
        Kind kind = expected;
        Await.until("it is over: " + kind, () -> p.clientSide.stats().closes(kind) == 1);
        assertEquals(0, p.clientSide.stats().live());
        assertEquals(0, p.serverSide.stats().value(SctpMetric.ASSOCIATIONS_BEGUN));
        assertEquals(List.of(), client.events);
      }
    }
  }

  /** The server is up, and the client does not know it: its COOKIE ACK is lost. */
  @OnEverySctpCell
  void beforeTheClientIsUpTheServersEndFailsItsConnectAndIsToldOnceHere(SctpCell cell) {
    for (Way way : EnumSet.of(Way.ABORT, Way.ABORT_LONGEST, Way.DEADLINE, Way.LOOP_ENDS)) {
      try (SctpPair p = new SctpPair(cell, WAN, SctpStackOptions.defaults(), SctpRecorder::new);
          UdpRelay wire = new UdpRelay(p.address().udp())) {
        wire.drop(SctpPacket.COOKIE_ACK);
        SctpRecorder client = new SctpRecorder();
        CompletableFuture<SctpAssociation> stage =
            p.clientSide.connect(SctpAddress.overUdp(wire.address(), SctpPair.PORT), WAN, client).toCompletableFuture();
        SctpRecorder server = Await.next(p.accepted);
        SctpAssociation far = Await.value(server.opened);
        assertFalse(stage.isDone());
        Kind expected = Kind.LOCAL_ABORT;
        switch (way) {
          case ABORT -> far.abort("enough");
          case ABORT_LONGEST -> far.abort(12, LONGEST_REASON);
          case DEADLINE -> {
            far.close(Duration.ZERO);
            expected = Kind.CLOSE_TIMEOUT;
          }
          default -> {
            p.serverGroup.shutdown(Duration.ZERO);
            expected = Kind.LOOP_SHUTDOWN;
          }
        }
        assertEquals(expected, Await.value(server.closed).kind());
        assertEquals(Kind.REFUSED, failure(stage), way.toString());
        assertEquals(List.of(), client.events);
        assertEquals(1, server.count("closed"));
      }
    }
  }
}

package io.sluice.soak;

import io.sluice.CloseReason.Kind;
import java.util.EnumSet;
import java.util.Set;

/**
 * Which close reasons a side may be told: what its own act gives, and what it may see of the peer's act before its own. Each
 * set is what docs/close-reasons.md says about the two acts, and no more.
 *
 * <pre>
 *   allowed(side) = own(side) + seen(peer)
 *
 *   seen(peer): good order (FIN)     -> what the side's reaction in onInputClosed gives
 *               RST, TCP             -> PEER_RESET
 *               RST, Unix socket     -> PEER_RESET or the reaction: there is no RST, the peer sees an end or ECONNRESET
 *               either (no linger,   -> both
 *               deadline, idle)
 * </pre>
 */
final class Expectations {
  private Expectations() {}

  static Set<Kind> allowed(Scenario s, boolean ofDialer) {
    SidePlan me = ofDialer ? s.dialer() : s.acceptor();
    SidePlan peer = ofDialer ? s.acceptor() : s.dialer();
    EnumSet<Kind> kinds = EnumSet.noneOf(Kind.class);
    own(me, kinds);
    seen(me, peer, s.unix(), kinds);
    return kinds;
  }

  private static void own(SidePlan me, Set<Kind> kinds) {
    switch (me.act()) {
      case NONE -> {}
      case CLOSE, CLOSE_BY_MANY, CLOSE_UNREAD -> {
        kinds.add(Kind.LOCAL_CLOSE);
        if (me.noLinger()) {
          kinds.add(Kind.CLOSE_TIMEOUT); // A peer that a loaded machine keeps from reading for seconds.
        }
      }
      case SHUT -> ownShut(me, kinds);
      case CLOSE_DEADLINE -> {
        kinds.add(Kind.LOCAL_CLOSE);
        kinds.add(Kind.CLOSE_TIMEOUT);
      }
      case CLOSE_THEN_ABORT -> {
        kinds.add(Kind.LOCAL_ABORT);
        if (!actsOnLoop(me)) {
          kinds.add(Kind.LOCAL_CLOSE); // The loop may carry the close out before it sees the abort.
        }
      }
      case ABORT -> kinds.add(Kind.LOCAL_ABORT);
      case IDLE -> kinds.add(Kind.IDLE_TIMEOUT);
      case HEARTBEAT -> kinds.add(Kind.HEARTBEAT_TIMEOUT);
      case THROW -> kinds.add(Kind.HANDLER_FAILED);
      case STAY -> kinds.add(Kind.LOOP_SHUTDOWN);
    }
  }

  /** The peer's FIN came after ours: a close in answer to it is our own. */
  private static void ownShut(SidePlan me, Set<Kind> kinds) {
    switch (me.reaction()) {
      case ABORT -> kinds.add(Kind.LOCAL_ABORT);
      case THROW -> kinds.add(Kind.HANDLER_FAILED);
      default -> kinds.add(Kind.LOCAL_CLOSE);
    }
  }

  static boolean actsOnLoop(SidePlan me) {
    return me.trigger() != Trigger.FOREIGN && !(me.trigger() == Trigger.ALL_SENT && me.foreignSends());
  }

  private static void seen(SidePlan me, SidePlan peer, boolean unix, Set<Kind> kinds) {
    switch (peer.act()) {
      case NONE -> {
        if (peer.reaction().resets()) {
          answeredByReset(me, unix, kinds);
        }
      }
      case ABORT, THROW -> reset(me, unix, kinds);
      case STAY -> {
        kinds.add(reaction(me));
        kinds.add(Kind.PEER_RESET);
      }
      default -> {
        kinds.add(reaction(me));
        if (peer.mayReset()) {
          kinds.add(Kind.PEER_RESET);
        }
      }
    }
  }

  /**
   * RST in answer to the end of this side. A close may be told so although the peer has read everything: the kernel does not
   * look at what an RST acknowledges, so this side does not know.
   */
  private static void answeredByReset(SidePlan me, boolean unix, Set<Kind> kinds) {
    switch (me.act()) {
      case SHUT -> reset(me, unix, kinds);
      case CLOSE, CLOSE_BY_MANY, CLOSE_UNREAD, CLOSE_DEADLINE, CLOSE_THEN_ABORT -> {
        if (!unix) {
          kinds.add(Kind.PEER_RESET);
        }
      }
      default -> {}
    }
  }

  private static void reset(SidePlan me, boolean unix, Set<Kind> kinds) {
    kinds.add(Kind.PEER_RESET);
    if (unix) {
      kinds.add(reaction(me));
    }
  }

  private static Kind reaction(SidePlan me) {
    return switch (me.reaction()) {
      case ABORT -> Kind.LOCAL_ABORT;
      case THROW -> Kind.HANDLER_FAILED;
      default -> Kind.PEER_CLOSE;
    };
  }

  /** Of an accepted connection whose header did not come. */
  static Set<Kind> ofNewcomer(boolean shuttingDown) {
    return shuttingDown
        ? EnumSet.of(Kind.PEER_CLOSE, Kind.PEER_RESET, Kind.LOOP_SHUTDOWN)
        : EnumSet.of(Kind.PEER_CLOSE, Kind.PEER_RESET);
  }
}

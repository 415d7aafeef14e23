package io.sluice.internal.sctp;

import io.sluice.CloseReason;
import io.sluice.CloseReason.Initiator;
import io.sluice.CloseReason.Kind;
import io.sluice.EventLoop;
import io.sluice.internal.abi.Abi;
import io.sluice.internal.abi.SctpAbi;
import io.sluice.internal.jfr.Events;
import io.sluice.internal.loop.SharedStage;
import io.sluice.sctp.SctpAddress;
import io.sluice.sctp.SctpClose;
import io.sluice.sctp.SctpHandler;
import io.sluice.sctp.SctpOptions;
import io.sluice.sctp.SctpPathState;
import io.sluice.sctp.SctpSendFailure;
import io.sluice.sctp.SctpState;
import io.sluice.sctp.SctpStreamReset;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * How an association lives and ends, on its loop's thread: what the events of the stack mean for the handler.
 *
 * <pre>
 *  CONNECTING --UP: claim the stage--> OPEN --PEER_SHUTDOWN, close()--> ENDING --cause known: latched--> CLOSED read:
 *      |                                 |                                          ^                   sends fail,
 *      | CLOSED: the stage fails,        +-----------abort(), ABORT, timers---------+                   onClosed,
 *      v no method of the handler                                                                       closed()
 *    ENDED
 * </pre>
 *
 * {@link #close} is set from the moment the end begins, and final once {@link #latched}: before the CLOSED event is read, and so
 * before {@code onClosed}.
 */
abstract class AssociationLife {
  private static final VarHandle CLOSE;
  private static final byte[] HANDLER_FAILED = "handler failed".getBytes(StandardCharsets.US_ASCII);

  static {
    try {
      CLOSE = MethodHandles.lookup().findVarHandle(AssociationLife.class, "close", SctpClose.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final AssociationHome home;
  final AssociationEndpoint endpoint;
  final SctpOptions options;
  final AssociationSends sends;
  final SharedStage<SctpClose> closed = new SharedStage<>();
  /** Its socket, when the kernel runs SCTP; else null. */
  KernelSocket carrier;
  /** Its id in the stack. */
  long handle;
  SctpHandler handler;
  /** Null: accepted. */
  final ConnectStage stage;
  /** That accepted it, or null. */
  final Listener listener;

  volatile SctpAddress local;
  volatile SctpAddress remote;
  volatile int streamsOut;
  volatile int streamsIn;
  volatile SctpClose close;

  private boolean opened;
  /** {@link #close} is final. */
  private volatile boolean latched;
  /** The application wants to hear no more but failed sends and the end. */
  private boolean muted;
  /** A handler failed: it is told the end, and nothing else. */
  private boolean deaf;
  /** Why this side aborted; null: because the application asked to. */
  private CloseReason abortedFor;
  private long openedNanos;

  AssociationLife(
      AssociationHome home, AssociationEndpoint endpoint, SctpOptions options, SctpHandler handler, ConnectStage stage, Listener listener) {
    this.home = home;
    this.endpoint = endpoint;
    this.options = options;
    this.handler = handler;
    this.stage = stage;
    this.listener = listener;
    this.sends = new AssociationSends(self());
  }

  abstract Association self();

  abstract EventLoop loop();

  final boolean isLatched() {
    return latched;
  }

  /** Any thread: the end has begun for this reason, unless it had before. */
  final void endBegins(SctpClose provisional) {
    CLOSE.compareAndSet(this, null, provisional);
  }

  public final SctpState state() {
    if (latched) {
      return SctpState.CLOSED;
    }
    SctpClose begun = close;
    if (begun == null) {
      return SctpState.OPEN;
    }
    return switch (begun.kind()) {
      case PEER_CLOSE -> SctpState.PEER_SHUTDOWN;
      case LOCAL_CLOSE -> SctpState.CLOSING;
      default -> SctpState.CLOSED;
    };
  }

  private void latch(SctpClose cause) {
    if (!latched) {
      close = cause;
      latched = true;
    }
  }

  /** The stack knows the cause; perhaps nobody has read it yet. */
  final void latchFromStack() {
    if (latched) {
      return;
    }
    ByteBuffer info = home.calls.query(handle, SctpAbi.QUERY_CLOSE, SctpAbi.CLOSE_INFO_BYTES);
    if (info != null) {
      latch(Closes.ofInfo(info, options.liveness(), abortedFor, sends.pendingBytes()));
    } else {
      endBegins(Closes.CAUSE_TO_COME);
    }
  }

  /** Whether a code says that nothing can be sent any more; then the reason is known, too. */
  final boolean ended(int code) {
    switch (-code) {
      case SctpAbi.ECLOSED:
      case Abi.ESTALE:
        latchFromStack();
        return true;
      case SctpAbi.ENOTUP: // The peer's SHUTDOWN is known to the stack, and its event not yet read.
        endBegins(Closes.PEER_SHUTDOWN);
        return true;
      default:
        return false;
    }
  }

  // ------------------------------------------------------------------------------------------- events

  /** A CLOSED event is there: seen before any event of its batch is acted on. */
  final void latchFromEvent(ByteBuffer region, int at) {
    if (!latched) {
      latch(Closes.ofEvent(region, at, options.liveness(), abortedFor, sends.pendingBytes()));
    }
  }

  final void up(SctpAddress local, SctpAddress remote, int streamsIn, int streamsOut) {
    this.local = local;
    this.remote = remote;
    this.streamsIn = streamsIn;
    this.streamsOut = streamsOut;
    if (stage != null && !stage.claim()) {
      abort(Closes.NO_REASON, null);
      return;
    }
    opened = true;
    openedNanos = System.nanoTime();
    Events.INSTANCE.associationOpened(self());
    try {
      handler.onOpen(self());
    } catch (Throwable t) {
      handlerFailed("onOpen", t);
    }
    if (stage != null) {
      stage.finish(self());
    }
  }

  final void message(MessageLease lease) {
    if (muted || !opened) {
      return;
    }
    try {
      handler.onMessage(self(), lease, lease);
    } catch (Throwable t) {
      handlerFailed("onMessage", t);
    }
  }

  final void tellWritable() {
    if (!muted && opened) {
      try {
        handler.onWritable(self());
      } catch (Throwable t) {
        handlerFailed("onWritable", t);
      }
    }
  }

  final void tellSendFailed(SctpSendFailure failure) {
    if (opened && !deaf) { // Also after an abort() here.
      try {
        handler.onSendFailed(self(), failure);
      } catch (Throwable t) {
        handlerFailed("onSendFailed", t);
      }
    }
  }

  /** @param flags {@code RESET_*}; both directions may be named in one event */
  final void streamReset(int flags, int[] streams) {
    SctpStreamReset.Outcome outcome =
        (flags & SctpAbi.RESET_DENIED) != 0 ? SctpStreamReset.Outcome.DENIED
            : (flags & SctpAbi.RESET_FAILED) != 0 ? SctpStreamReset.Outcome.FAILED : SctpStreamReset.Outcome.DONE;
    List<Integer> ids = new ArrayList<>(streams.length);
    for (int s : streams) {
      ids.add(s);
    }
    if ((flags & SctpAbi.RESET_IN) != 0) {
      tellReset(new SctpStreamReset(SctpStreamReset.Direction.INCOMING, outcome, ids));
    }
    if ((flags & SctpAbi.RESET_OUT) != 0) {
      tellReset(new SctpStreamReset(SctpStreamReset.Direction.OUTGOING, outcome, ids));
    }
  }

  private void tellReset(SctpStreamReset reset) {
    if (!muted && opened) {
      try {
        handler.onStreamReset(self(), reset);
      } catch (Throwable t) {
        handlerFailed("onStreamReset", t);
      }
    }
  }

  final void path(SctpPathState pathState) {
    if (!muted && opened) {
      try {
        handler.onPath(self(), pathState);
      } catch (Throwable t) {
        handlerFailed("onPath", t);
      }
    }
  }

  final void peerShutdown() {
    endBegins(Closes.PEER_SHUTDOWN);
    if (!muted && opened) {
      try {
        handler.onPeerShutdown(self());
      } catch (Throwable t) {
        handlerFailed("onPeerShutdown", t);
      }
    }
  }

  /** The CLOSED event: nothing comes any more. The association is in no index by now. */
  final void tellClosed() {
    SctpClose why = close;
    sends.end();
    home.countClose(why.kind());
    if (opened) {
      Events.INSTANCE.associationClosed(self(), why, openedNanos);
      try {
        handler.onClosed(self(), why);
      } catch (Throwable t) {
        home.handlerThrew(self() + " onClosed", t);
      }
    } else if (stage != null) {
      stage.fail(Closes.exception(why));
    }
    closed.finish(why);
  }

  // ------------------------------------------------------------------------------------------- ends from here

  /** @param instead the reason to be told here; null: the application asked for it */
  final void abort(byte[] reason, CloseReason instead) {
    muted = true;
    if (latched) {
      return;
    }
    abortedFor = instead;
    int code = home.calls.abort(handle, SctpAbi.CAUSE_USER, reason);
    if (code == 0 || code == -SctpAbi.ECLOSED) {
      latchFromStack();
    }
    home.sent();
  }

  final void handlerFailed(String where, Throwable cause) {
    home.handlerThrew(self() + " " + where, cause);
    deaf = true;
    String text;
    try {
      text = cause.toString();
    } catch (Throwable t) {
      text = cause.getClass().getName(); // The application's exception may fail at telling about itself, too.
    }
    abort(HANDLER_FAILED, new CloseReason(Kind.HANDLER_FAILED, Initiator.LOOP, 0, 0, where + " threw " + text, 0));
  }

  final void abortWithLoop(byte[] reason) {
    abort(reason, Closes.LOOP_SHUTDOWN.reason());
  }

  /** Whoever connected has lost interest before it was established. */
  final void giveUp() {
    if (!opened) {
      abort(Closes.NO_REASON, null);
    }
  }

  /** The UDP socket under it has ended. */
  final void socketLost(CloseReason why) {
    abort(Closes.NO_REASON, new CloseReason(why.kind(), why.initiator(), why.osError(), 0, "UDP socket: " + why.detail(), 0));
    muted = false; // What was received before is delivered.
  }

  /** The loop does not take its socket over. */
  final void socketRefused(String why, int osError) {
    abort(Closes.NO_REASON, new CloseReason(Kind.RESOURCE_LIMIT, Initiator.LOOP, osError, 0, "SCTP socket: " + why, 0));
  }

  /** What waited was sent; a close that waited for it goes on. */
  abstract void nothingWaits();
}

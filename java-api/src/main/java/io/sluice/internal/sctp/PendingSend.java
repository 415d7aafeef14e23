package io.sluice.internal.sctp;

import io.sluice.internal.abi.SctpAbi;
import io.sluice.sctp.SctpSendFailure;
import io.sluice.sctp.SctpSendOptions;

/** A message, or a reset of streams, that waits: for the loop when another thread sent it, for room in the stack otherwise. */
final class PendingSend {
  final byte[] data;
  final SctpSendOptions how;
  /** Null: it is a message. */
  final int[] resets;
  final int context;
  PendingSend next;

  private PendingSend(byte[] data, SctpSendOptions how, int[] resets, int context) {
    this.data = data;
    this.how = how;
    this.resets = resets;
    this.context = context;
  }

  static PendingSend message(byte[] data, SctpSendOptions how, int context) {
    return new PendingSend(data, how, null, context);
  }

  static PendingSend reset(int[] streams) {
    return new PendingSend(new byte[0], null, streams.clone(), 0);
  }

  boolean isMessage() {
    return resets == null;
  }

  SctpSendFailure neverSent() {
    return new SctpSendFailure(how.stream(), how.ppid(), context, false, 0);
  }

  static int flags(SctpSendOptions how) {
    return how.isUnordered() ? SctpAbi.MSG_UNORDERED : 0;
  }

  static int policy(SctpSendOptions how) {
    return switch (how.reliability()) {
      case FULL -> SctpAbi.PR_NONE;
      case LIFETIME -> SctpAbi.PR_TTL;
      case RETRANSMISSIONS -> SctpAbi.PR_RTX;
    };
  }

  /** The list turned round. */
  static PendingSend reversed(PendingSend list) {
    PendingSend done = null;
    while (list != null) {
      PendingSend rest = list.next;
      list.next = done;
      done = list;
      list = rest;
    }
    return done;
  }
}

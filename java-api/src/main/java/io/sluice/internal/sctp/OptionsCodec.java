package io.sluice.internal.sctp;

import io.sluice.internal.abi.SctpAbi;
import io.sluice.sctp.SctpLiveness;
import io.sluice.sctp.SctpOptions;
import java.nio.ByteBuffer;
import java.time.Duration;

/** Options of an association as a {@code sluice_sctp_options}. */
final class OptionsCodec {
  private OptionsCodec() {}

  /** @param to zeroed there */
  static void encode(SctpOptions o, ByteBuffer to, int at) {
    SctpLiveness l = o.liveness();
    int flags = (o.closeOnIcmp() ? SctpAbi.CLOSE_ON_ICMP : 0) | (o.answerResets() ? 0 : SctpAbi.NO_RESET_ANSWER)
        | (o.nagle() ? SctpAbi.NAGLE : 0);
    to.putInt(at + SctpAbi.OPT_SIZE, SctpAbi.OPT_BYTES);
    to.putInt(at + SctpAbi.OPT_FLAGS, flags);
    to.putInt(at + SctpAbi.OPT_PROFILE, l.profile());
    to.putInt(at + SctpAbi.OPT_RTO_INITIAL_MS, millis(l.rtoInitial()));
    to.putInt(at + SctpAbi.OPT_RTO_MIN_MS, millis(l.rtoMin()));
    to.putInt(at + SctpAbi.OPT_RTO_MAX_MS, millis(l.rtoMax()));
    to.putInt(at + SctpAbi.OPT_HEARTBEAT_MS, millis(l.heartbeat()));
    to.putShort(at + SctpAbi.OPT_ASSOC_MAX_RTX, (short) l.associationRetransmissions());
    to.putShort(at + SctpAbi.OPT_PATH_MAX_RTX, (short) l.pathRetransmissions());
    to.putShort(at + SctpAbi.OPT_INIT_ATTEMPTS, (short) l.connectAttempts());
    to.putShort(at + SctpAbi.OPT_PF_THRESHOLD_PLUS1, (short) (l.suspectAfter() < 0 ? SctpAbi.PF_OFF : l.suspectAfter() + 1));
    to.putInt(at + SctpAbi.OPT_INIT_RTO_MAX_MS, millis(l.connectRtoMax()));
    to.putShort(at + SctpAbi.OPT_STREAMS_OUT, (short) o.streamsOut());
    to.putShort(at + SctpAbi.OPT_STREAMS_IN, (short) o.streamsIn());
  }

  private static int millis(Duration d) {
    return (int) d.toMillis();
  }
}

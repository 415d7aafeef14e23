package io.sluice.internal.sctp;

import io.sluice.internal.abi.Abi;
import io.sluice.internal.abi.SctpAbi;
import io.sluice.internal.bind.KernelSctpBinding;
import io.sluice.internal.bind.UnavailableException;
import io.sluice.internal.load.KernelSctpNatives;
import io.sluice.sctp.SctpOptions;
import io.sluice.sctp.SctpStackOptions;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/** A stack of {@code sluice_sctp_kernel.h} and the memory that is shared with it. One thread, but for {@link #counter}. */
final class KernelStack extends AssociationStack {
  private static final int EVENTS = 1024;
  private static final int ARG_FD = 0;
  private static final int ARG_CALL = 64;

  private final KernelSctpNatives natives;
  private final KernelSctpBinding c;
  private boolean waiting;
  private int descriptor;

  private KernelStack(KernelSctpNatives natives, ByteBuffer config) throws UnavailableException {
    super(natives.binding(), natives.sctp(), region(natives, config));
    this.natives = natives;
    this.c = natives.sctp();
    config.putLong(SctpAbi.KCFG_SHARED_BASE, natives.binding().address(region));
    config.putLong(SctpAbi.KCFG_SHARED_BYTES, region.capacity());
    int code = c.open(natives.binding().address(config), argsAddress + ARG_OUT);
    if (code < 0) {
      throw new UnavailableException("opening a stack for the kernel's SCTP failed: " + text(code) + " (code " + code + ")");
    }
    opened(args.getLong(ARG_OUT));
  }

  static KernelStack open(KernelSctpNatives natives, SctpStackOptions o) throws UnavailableException {
    ByteBuffer config = direct(SctpAbi.KCFG_BYTES)
        .putInt(SctpAbi.KCFG_SIZE, SctpAbi.KCFG_BYTES)
        .putInt(SctpAbi.KCFG_EVENT_ENTRIES, EVENTS)
        .putInt(SctpAbi.KCFG_MAX_ASSOCIATIONS, o.maxAssociations())
        .putInt(SctpAbi.KCFG_RECV_BUFFER_BYTES, o.receiveBufferBytes())
        .putInt(SctpAbi.KCFG_SEND_BUFFER_BYTES, o.sendBufferBytes());
    return new KernelStack(natives, config);
  }

  private static ByteBuffer region(KernelSctpNatives natives, ByteBuffer config) throws UnavailableException {
    long bytes = natives.sctp().sharedBytes(natives.binding().address(config));
    if (bytes <= 0 || bytes > Integer.MAX_VALUE >> 1) {
      throw new UnavailableException("the native library accepts these limits of a stack for the kernel's SCTP not");
    }
    return direct((int) bytes);
  }

  // ------------------------------------------------------------------------------------------- what the loop received

  /** The association that the message belongs to; 0: it was a notification, or nobody wants it; else a code. */
  long input(long id, long meta, long payload, int bytes) {
    return c.input(stack, id, meta, payload, bytes);
  }

  int failed(long id, int osError) {
    return c.failed(stack, id, osError);
  }

  /** Milliseconds until it is to be called again; -1: when something else happens. */
  int tick() {
    int next = c.tick(stack);
    waiting = next == -SctpAbi.EAGAIN;
    return next < 0 ? -1 : next;
  }

  @Override
  boolean isWaiting() {
    return waiting;
  }

  @Override
  void pump() {
    tick();
  }

  // ------------------------------------------------------------------------------------------- sockets

  /** Of the last {@link #listen} or {@link #connect} that succeeded. */
  int descriptor() {
    return descriptor;
  }

  private void address(int at, InetAddress host, int port) {
    byte[] raw = host.getAddress();
    args.putShort(at + Abi.ADDR_FAMILY, (short) (raw.length == 4 ? Abi.FAMILY_INET4 : Abi.FAMILY_INET6));
    args.putShort(at + Abi.ADDR_PORT, (short) port);
    args.putInt(at + Abi.ADDR_SCOPE_ID, host instanceof Inet6Address six ? six.getScopeId() : 0);
    args.put(at + Abi.ADDR_BYTES, raw);
  }

  long listen(InetAddress host, int port, long tag, SctpOptions options) {
    clear(ARG_CALL, SctpAbi.KLSN_BYTES);
    args.putInt(ARG_CALL + SctpAbi.KLSN_SIZE, SctpAbi.KLSN_BYTES);
    args.putLong(ARG_CALL + SctpAbi.KLSN_TAG, tag);
    address(ARG_CALL + SctpAbi.KLSN_LOCAL, host, port);
    OptionsCodec.encode(options, args, ARG_CALL + SctpAbi.KLSN_OPTIONS);
    return answered(c.listen(stack, argsAddress + ARG_CALL, argsAddress + ARG_FD));
  }

  /**
   * @param local the wildcard address with port 0: the kernel chooses
   * @param udpPort 0: over IP
   */
  long connect(InetAddress local, int localPort, InetAddress peer, int udpPort, int port, SctpOptions options) {
    clear(ARG_CALL, SctpAbi.KCONN_BYTES);
    args.putInt(ARG_CALL + SctpAbi.KCONN_SIZE, SctpAbi.KCONN_BYTES);
    args.putShort(ARG_CALL + SctpAbi.KCONN_UDP_PORT, (short) udpPort);
    if (localPort != 0 || !local.isAnyLocalAddress()) {
      args.putShort(ARG_CALL + SctpAbi.KCONN_BOUND, (short) 1);
      address(ARG_CALL + SctpAbi.KCONN_LOCAL, local, localPort);
    }
    address(ARG_CALL + SctpAbi.KCONN_PEER, peer, port);
    OptionsCodec.encode(options, args, ARG_CALL + SctpAbi.KCONN_OPTIONS);
    return answered(c.connect(stack, argsAddress + ARG_CALL, argsAddress + ARG_FD));
  }

  private long answered(long id) {
    descriptor = id > 0 ? args.getInt(ARG_FD) : -1;
    return id;
  }

  /** Of a descriptor that no loop took over. */
  void discard(int fd) {
    c.discard(fd);
  }

  // ------------------------------------------------------------------------------------------- associations

  @Override
  int send(Association a, ByteBuffer data, int stream, int ppid, int flags, int policy, int policyValue, int context) {
    if (a.isLatched()) {
      return -SctpAbi.ECLOSED;
    }
    KernelSocket s = a.carrier;
    int meta = ((flags & SctpAbi.MSG_UNORDERED) != 0 ? Abi.META_UNORDERED : 0)
        | (policy == SctpAbi.PR_TTL ? Abi.META_PR_TTL : policy == SctpAbi.PR_RTX ? Abi.META_PR_RTX : 0);
    return s != null && s.send(a, data, stream, ppid, meta, policyValue, context) ? 1 : -SctpAbi.EAGAIN;
  }

  @Override
  ByteBuffer query(long assoc, int what, int bytes) {
    int code = what == SctpAbi.QUERY_CLOSE ? c.queryClose(stack, assoc, argsAddress + ARG_OUT)
        : c.queryInfo(stack, assoc, argsAddress + ARG_OUT);
    return answer(code, bytes);
  }

  @Override
  String text(int code) {
    return natives.text().strerror(code);
  }
}

package io.sluice.contract;

import io.sluice.internal.abi.Abi;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/** Datagram sockets of one driver: opening, sending, receiving. The other side is a JDK socket. */
final class Datagrams {
  static final InetSocketAddress LOOPBACK4 = new InetSocketAddress(address(new byte[] {127, 0, 0, 1}), 0);
  static final InetSocketAddress LOOPBACK6 =
      new InetSocketAddress(address(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}), 0);
  static final InetSocketAddress ANY4 = new InetSocketAddress(address(new byte[4]), 0);
  static final InetSocketAddress ANY6 = new InetSocketAddress(address(new byte[16]), 0);
  /** Room for payload in a buffer of the driver. */
  static final int ROOM = RingDriver.POOL_BUFFER_BYTES - Abi.MSG_ROOM;

  private final RingDriver d;

  Datagrams(RingDriver d) {
    this.d = d;
  }

  static InetAddress address(byte[] raw) {
    try {
      return InetAddress.getByAddress(raw);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  // ------------------------------------------------------------------------------------------------ handles

  Completion tryOpen(InetSocketAddress local, InetSocketAddress peer, long... options) {
    long at = peer == null ? d.scratch.address(local) : d.scratch.addresses(local, peer);
    long aux = d.scratch.options(options);
    return d.await(d.submit(Abi.OP_DATAGRAM, 0, 0, peer == null ? 1 : 2, 0, at, aux, options.length / 2, 0));
  }

  long open(InetSocketAddress local, long... options) {
    Completion c = tryOpen(local, null, options);
    RingDriver.check(c.result(), "DATAGRAM " + c);
    return c.handle();
  }

  long openTo(InetSocketAddress peer, long... options) {
    InetSocketAddress local = peer.getAddress() instanceof Inet6Address ? LOOPBACK6 : LOOPBACK4;
    Completion c = tryOpen(local, peer, options);
    RingDriver.check(c.result(), "DATAGRAM " + c);
    return c.handle();
  }

  /** A JDK socket on loopback. */
  static DatagramSocket peer() throws IOException {
    return peer(LOOPBACK4);
  }

  static DatagramSocket peer(InetSocketAddress local) throws IOException {
    DatagramSocket s = new DatagramSocket(local);
    s.setSoTimeout(Peers.TIMEOUT_MILLIS);
    return s;
  }

  static InetSocketAddress addressOf(DatagramSocket s) {
    return (InetSocketAddress) s.getLocalSocketAddress();
  }

  // ------------------------------------------------------------------------------------------------ sending

  /** Fields of a meta to be sent; what is not set is 0. */
  record Header(InetSocketAddress to, InetAddress from, int tos, int segment) {
    static Header to(InetSocketAddress to) {
      return new Header(to, null, -1, 0);
    }

    Header withTos(int t) {
      return new Header(to, from, t, segment);
    }

    Header withSource(InetAddress a) {
      return new Header(to, a, tos, segment);
    }

    Header withSegment(int bytes) {
      return new Header(to, from, tos, bytes);
    }
  }

  long meta(Header h) {
    int at = d.scratch.allot(Abi.META_BYTES);
    ByteBuffer b = d.scratch.region();
    if (h.to != null) {
      boolean six = h.to.getAddress() instanceof Inet6Address;
      b.putShort(at + Abi.META_FAMILY, (short) (six ? Abi.FAMILY_INET6 : Abi.FAMILY_INET4));
      b.putShort(at + Abi.META_PORT, (short) h.to.getPort());
      b.putInt(at + Abi.META_SCOPE_ID, six ? ((Inet6Address) h.to.getAddress()).getScopeId() : 0);
      b.put(at + Abi.META_ADDR, h.to.getAddress().getAddress());
    }
    int flags = 0;
    if (h.from != null) {
      flags |= Abi.META_HAS_LOCAL;
      b.put(at + Abi.META_LOCAL, h.from.getAddress());
    }
    if (h.tos >= 0) {
      flags |= Abi.META_HAS_TOS;
      b.put(at + Abi.META_TOS, (byte) h.tos);
    }
    b.putShort(at + Abi.META_FLAGS, (short) flags);
    b.putShort(at + Abi.META_SEGMENT, (short) h.segment);
    return at;
  }

  long submit(long handle, Header h, int flags, byte[] data) {
    return d.submit(Abi.OP_SEND, flags, 0, data.length, handle, d.put(data), h == null ? 0 : meta(h), 0, 0);
  }

  long submit(long handle, InetSocketAddress to, byte[] data) {
    return submit(handle, to == null ? null : Header.to(to), 0, data);
  }

  /** The result. */
  int send(long handle, InetSocketAddress to, byte[] data) {
    return d.await(submit(handle, to, data)).result();
  }

  // ------------------------------------------------------------------------------------------------ receiving

  long receive(long handle) {
    return d.submit(Abi.OP_RECVMSG, Abi.SQE_MULTISHOT, handle);
  }

  /** One datagram, or one notification with a buffer. */
  record Received(InetSocketAddress source, byte[] data, ByteBuffer meta, Completion completion) {
    int flags() {
      return meta.getShort(Abi.META_FLAGS) & 0xffff;
    }

    boolean has(int flag) {
      return (flags() & flag) != 0;
    }

    boolean isTruncated() {
      return has(Abi.META_TRUNCATED);
    }

    int tos() {
      return meta.get(Abi.META_TOS) & 0xff;
    }

    int segment() {
      return meta.getShort(Abi.META_SEGMENT) & 0xffff;
    }

    InetAddress local() {
      return ip(meta, Abi.META_LOCAL, source.getAddress() instanceof Inet6Address);
    }
  }

  private static InetAddress ip(ByteBuffer b, int at, boolean six) {
    byte[] raw = new byte[six ? 16 : 4];
    b.get(at, raw);
    return address(raw);
  }

  /** Takes the next completion of a RECVMSG, which must carry a buffer; the buffer goes back. */
  Received next(long token) {
    Received r = peek(d.next(token));
    d.giveBack(r.completion);
    return r;
  }

  /** The buffer stays out. */
  Received peek(Completion c) {
    if (!c.hasBuffer() || c.result() < 0 || c.result() > ROOM) {
      throw new AssertionError("no datagram in " + c);
    }
    ByteBuffer b = d.buffer(c);
    byte[] data = new byte[c.result()];
    b.get(c.detail() + Abi.META_BYTES, data);
    byte[] raw = new byte[Abi.META_BYTES];
    b.get(c.detail(), raw);
    ByteBuffer meta = ByteBuffer.wrap(raw).order(b.order());
    int family = meta.getShort(Abi.META_FAMILY);
    InetSocketAddress source =
        family == 0 ? null
            : new InetSocketAddress(ip(meta, Abi.META_ADDR, family == Abi.FAMILY_INET6), meta.getShort(Abi.META_PORT) & 0xffff);
    return new Received(source, data, meta, c);
  }

  // ------------------------------------------------------------------------------------------------ the peer

  static void send(DatagramSocket from, InetSocketAddress to, byte[] data) throws IOException {
    from.send(new DatagramPacket(data, data.length, to));
  }

  static byte[] receive(DatagramSocket at) throws IOException {
    DatagramPacket p = packet(at);
    return java.util.Arrays.copyOf(p.getData(), p.getLength());
  }

  static DatagramPacket packet(DatagramSocket at) throws IOException {
    DatagramPacket p = new DatagramPacket(new byte[65536], 65536);
    at.receive(p);
    return p;
  }
}

package io.sluice.internal.loop;

import io.sluice.DatagramInfo;
import io.sluice.UdpDestination;
import io.sluice.internal.abi.Abi;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * The {@code sluice_meta} of the datagram that is being delivered: a copy of its eight words, because the buffer may be given
 * back within the callback. One object per loop.
 */
final class UdpInfo implements DatagramInfo {
  static final int WORDS = Abi.META_BYTES / Long.BYTES;
  private static final int LOCAL = Abi.META_LOCAL / Long.BYTES;
  private static final int HOW = Abi.META_INTERFACE / Long.BYTES;
  private static final int SEGMENT = Abi.META_SEGMENT / Long.BYTES;

  private final Loop loop;
  private final UdpAddresses addresses;
  private final long[] words = new long[WORDS];
  /** Whose datagram it is; null outside a callback. */
  private UdpSocketImpl socket;

  UdpInfo(Loop loop, UdpAddresses addresses) {
    this.loop = loop;
    this.addresses = addresses;
  }

  /** From little-endian memory. */
  void read(ByteBuffer from, int at) {
    for (int i = 0; i < WORDS; i++) {
      words[i] = from.getLong(at + i * Long.BYTES);
    }
  }

  void read(long[] kept) {
    System.arraycopy(kept, 0, words, 0, WORDS);
  }

  long[] copy() {
    return words.clone();
  }

  void begin(UdpSocketImpl of) {
    socket = of;
  }

  void end() {
    socket = null;
  }

  private void checkUse() {
    if (!loop.inLoop()) {
      throw new IllegalStateException("the info of a datagram is for the loop's thread; keep what source() or reply() returns");
    }
    if (socket == null) {
      throw new IllegalStateException("the info of a datagram ends with its callback; keep what source() or reply() returns");
    }
  }

  /** Refuses another loop's or socket's, and one that has ended. */
  void checkUse(UdpSocketImpl by) {
    checkUse();
    if (socket != by) {
      throw new IllegalArgumentException("to: a datagram of " + socket.described() + ", this is " + by.described());
    }
  }

  private int flags() {
    return (int) (words[HOW] >>> 32) & 0xffff;
  }

  private boolean has(int flag) {
    return (flags() & flag) != 0;
  }

  // ------------------------------------------------------------------------------------------- for applications

  @Override
  public InetSocketAddress source() {
    checkUse();
    return addresses.source(words[0], words[1], words[2]);
  }

  @Override
  public InetAddress destination() {
    checkUse();
    return has(Abi.META_HAS_LOCAL) ? addresses.local(words[0], words[LOCAL], words[LOCAL + 1]) : null;
  }

  @Override
  public int interfaceIndex() {
    checkUse();
    return (int) words[HOW];
  }

  @Override
  public int tos() {
    checkUse();
    return has(Abi.META_HAS_TOS) ? (int) (words[HOW] >>> 48) & 0xff : -1;
  }

  @Override
  public int ecn() {
    int tos = tos();
    return tos < 0 ? tos : tos & 3;
  }

  @Override
  public int segmentBytes() {
    checkUse();
    return (int) words[SEGMENT] & 0xffff;
  }

  @Override
  public boolean isTruncated() {
    checkUse();
    return has(Abi.META_TRUNCATED);
  }

  @Override
  public long dropped() {
    checkUse();
    return has(Abi.META_HAS_DROPS) ? words[WORDS - 1] >>> 32 : -1;
  }

  @Override
  public UdpDestination reply() {
    UdpDestination to = UdpDestination.to(source());
    return canReplyFromLocal() ? to.withSource(destination()) : to;
  }

  // ------------------------------------------------------------------------------------------- for answers

  /** Nobody can send from a group's address, or from a broadcast address. */
  private boolean canReplyFromLocal() {
    return (flags() & (Abi.META_HAS_LOCAL | Abi.META_TO_MANY)) == Abi.META_HAS_LOCAL;
  }

  /** Writes the {@code sluice_meta} of {@link #reply} into zeroed memory. */
  void encodeReply(ByteBuffer to, int at) {
    to.putLong(at, words[0]);
    to.putLong(at + Abi.META_ADDR, words[1]);
    to.putLong(at + Abi.META_ADDR + Long.BYTES, words[2]);
    if (canReplyFromLocal()) {
      to.putLong(at + Abi.META_LOCAL, words[LOCAL]);
      to.putLong(at + Abi.META_LOCAL + Long.BYTES, words[LOCAL + 1]);
      to.putShort(at + Abi.META_FLAGS, (short) Abi.META_HAS_LOCAL);
    }
  }

  @Override
  public String toString() {
    return socket == null ? "info of a datagram (ended)" : "datagram from " + source();
  }
}

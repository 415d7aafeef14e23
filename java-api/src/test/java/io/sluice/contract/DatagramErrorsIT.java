package io.sluice.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.contract.Datagrams.Received;
import io.sluice.internal.abi.Abi;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** D4 and D5: errors of the network are notifications; they end nothing and spin nothing. */
class DatagramErrorsIT extends DatagramTest {
  private static final int ICMP_UNREACHABLE = 3;
  private static final int ICMP_PORT = 3;
  private static final int ICMP6_UNREACHABLE = 1;
  private static final int ICMP6_PORT = 4;
  private static final int ECONNREFUSED = 111;

  DatagramErrorsIT(EngineCell cell) {
    super(cell);
  }

  /** An address where nobody listens. */
  private static InetSocketAddress nobody(InetSocketAddress local) throws Exception {
    try (DatagramSocket s = Datagrams.peer(local)) {
      return Datagrams.addressOf(s);
    }
  }

  private Completion note(long recv) {
    Completion c = d.await(x -> x.token() == recv && x.isNote(), "a notification");
    assertFalse(c.isTerminal());
    return c;
  }

  @Test
  void d4ARefusalIsToldOnAConnectedSocketAndEndsNothing() throws Exception {
    InetSocketAddress nobody = nobody(Datagrams.LOOPBACK4);
    long handle = u.openTo(nobody);
    long recv = u.receive(handle);
    d.settle();
    for (int i = 0; i < 5; i++) {
      assertEquals(1, u.send(handle, null, new byte[1]));
      Completion c = note(recv);
      assertEquals(-Abi.ECONNREFUSED, c.result());
      assertEquals(ECONNREFUSED, c.detail());
      assertFalse(c.hasBuffer());
    }
    // Somebody comes to that port: the same socket works.
    DatagramSocket peer = closing(Datagrams.peer(nobody));
    assertEquals(2, u.send(handle, null, new byte[2]));
    assertEquals(2, Datagrams.receive(peer).length);
    Datagrams.send(peer, d.inetAddress(handle), new byte[3]);
    assertEquals(3, u.next(recv).data().length);
  }

  @Test
  void d4ARefusalDoesNotSpin() throws Exception {
    long handle = u.openTo(nobody(Datagrams.LOOPBACK4));
    long recv = u.receive(handle);
    u.send(handle, null, new byte[1]);
    note(recv);
    d.settle();
    long before = d.counter(Abi.CTR_SYSCALLS);
    assertEquals(0, d.turn(50_000_000));
    assertTrue(d.counter(Abi.CTR_SYSCALLS) - before < 400, "system calls " + (d.counter(Abi.CTR_SYSCALLS) - before));
  }

  @Test
  void d4ARefusalNobodyReadsDoesNotSpinEither() throws Exception {
    long handle = u.openTo(nobody(Datagrams.LOOPBACK4));
    u.send(handle, null, new byte[1]);
    d.settle();
    long before = d.counter(Abi.CTR_SYSCALLS);
    assertEquals(0, d.turn(50_000_000));
    assertTrue(d.counter(Abi.CTR_SYSCALLS) - before < 400, "system calls " + (d.counter(Abi.CTR_SYSCALLS) - before));
    long recv = u.receive(handle);
    assertEquals(-Abi.ECONNREFUSED, note(recv).result());
  }

  @Test
  void anUnconnectedSocketWithoutRecverrHearsNothing() throws Exception {
    long handle = u.open(Datagrams.LOOPBACK4);
    long recv = u.receive(handle);
    InetSocketAddress nobody = nobody(Datagrams.LOOPBACK4);
    for (int i = 0; i < 5; i++) {
      assertEquals(1, u.send(handle, nobody, new byte[1]));
    }
    DatagramSocket peer = peer();
    Datagrams.send(peer, d.inetAddress(handle), new byte[2]);
    assertEquals(2, u.next(recv).data().length);
  }

  @Test
  void d4WithRecverrTheWholeStoryIsTold() throws Exception {
    needsNative("error queue");
    for (InetSocketAddress local : new InetSocketAddress[] {Datagrams.LOOPBACK4, Datagrams.LOOPBACK6}) {
      boolean six = local == Datagrams.LOOPBACK6;
      if (six && !hasInet6()) {
        continue;
      }
      long handle = openOrSkip(local, "IP_RECVERR", Abi.OPT_IP_RECVERR, 1);
      long recv = u.receive(handle);
      d.settle();
      // io_uring may have lent the kernel every buffer of a small pool: one comes back.
      Datagrams.send(closing(Datagrams.peer(local)), d.inetAddress(handle), new byte[1]);
      u.next(recv);
      InetSocketAddress nobody = nobody(local);
      byte[] data = Content.of(2, 40);
      assertEquals(40, u.send(handle, nobody, data));
      Completion c = note(recv);
      assertTrue(c.hasBuffer(), "" + c);
      Received r = u.peek(c);
      ByteBuffer m = r.meta();
      assertTrue(r.has(Abi.META_ERROR));
      assertEquals(nobody, r.source());
      assertEquals(Abi.ECONNREFUSED, m.getShort(Abi.META_CODE));
      assertEquals(ECONNREFUSED, m.getInt(Abi.META_OS_ERRNO));
      assertEquals(six ? Abi.ORIGIN_ICMP6 : Abi.ORIGIN_ICMP, m.get(Abi.META_ORIGIN));
      assertEquals(six ? ICMP6_UNREACHABLE : ICMP_UNREACHABLE, m.get(Abi.META_ICMP_TYPE));
      assertEquals(six ? ICMP6_PORT : ICMP_PORT, m.get(Abi.META_ICMP_CODE));
      assertTrue(r.has(Abi.META_HAS_LOCAL));
      assertEquals(local.getAddress(), r.local());
      Content.verify(r.data(), 2, 0);
      d.giveBack(c);
      assertEquals(0, d.close(handle).result());
    }
  }

  @Test
  void d5WithRecverrNoSendFailsForAnother() throws Exception {
    needsNative("error queue");
    long handle = openOrSkip(Datagrams.LOOPBACK4, "IP_RECVERR", Abi.OPT_IP_RECVERR, 1);
    long recv = u.receive(handle);
    InetSocketAddress nobody = nobody(Datagrams.LOOPBACK4);
    DatagramSocket peer = peer();
    int notes = 0;
    for (int i = 0; i < 100; i++) {
      assertEquals(1, u.send(handle, nobody, new byte[1]));
      assertEquals(2, u.send(handle, Datagrams.addressOf(peer), new byte[2]));
      assertEquals(2, Datagrams.receive(peer).length);
    }
    for (; notes < 100; notes++) {
      Completion c = note(recv);
      if (c.hasBuffer()) {
        d.giveBack(c);
      }
    }
  }

  @Test
  void recverrIsNotSwitchedWhileReceiving() throws Exception {
    needsNative("error queue");
    long handle = openOrSkip(Datagrams.LOOPBACK4, "IP_RECVERR", Abi.OPT_IP_RECVERR, 0);
    long recv = u.receive(handle);
    d.settle();
    ByteBuffer b = ByteBuffer.allocateDirect(Abi.OPTVAL_BYTES).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    b.putInt(Abi.OPTVAL_OPTION, Abi.OPT_IP_RECVERR).putLong(Abi.OPTVAL_VALUE, 1);
    assertEquals(-Abi.EBUSY, d.engine.control(handle, Abi.CONTROL_SET_OPTION, b));
    d.await(d.submitCancel(handle, recv));
    d.await(recv);
    assertEquals(0, d.engine.control(handle, Abi.CONTROL_SET_OPTION, b));
  }
}

package io.sluice.contract;

import io.sluice.internal.abi.Abi;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;

/** A contract test about datagram sockets. */
abstract class DatagramTest extends ContractTest {
  Datagrams u;

  DatagramTest(EngineCell cell) {
    super(cell);
  }

  @BeforeEach
  void openDatagrams() {
    u = new Datagrams(d);
  }

  DatagramSocket peer() throws Exception {
    return closing(Datagrams.peer());
  }

  /** Skips what the JDK's channels cannot do. */
  void needsNative(String what) {
    Assumptions.assumeFalse(cell.isNio(), () -> "the JDK's channels have no " + what);
  }

  /** Skips what this kernel or engine refuses as unknown. */
  long openOrSkip(InetSocketAddress local, String what, long... options) {
    Completion c = u.tryOpen(local, null, options);
    Assumptions.assumeFalse(c.result() == -Abi.ENOTSUP, () -> cell + " on this kernel has no " + what);
    RingDriver.check(c.result(), "DATAGRAM " + c);
    return c.handle();
  }

  static boolean hasInet6() {
    try (DatagramSocket s = Datagrams.peer(Datagrams.LOOPBACK6)) {
      return s.isBound();
    } catch (java.io.IOException e) {
      return false;
    }
  }

  static void needsInet6() {
    Assumptions.assumeTrue(hasInet6(), "this machine has no ::1");
  }
}

package io.sluice.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.contract.Peers.Pair;
import io.sluice.internal.abi.Abi;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/** Options, queries and their refusals. */
class OptionsIT extends ContractTest {
  /** What the JDK has no name for. */
  private static final int[] NOT_IN_NIO = {
    Abi.OPT_TCP_USER_TIMEOUT, Abi.OPT_TCP_CORK, Abi.OPT_TCP_NOTSENT_LOWAT, Abi.OPT_SO_BUSY_POLL
  };

  OptionsIT(EngineCell cell) {
    super(cell);
  }

  private static ByteBuffer optval(int option, long value) {
    ByteBuffer b = ByteBuffer.allocateDirect(Abi.OPTVAL_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    return b.putInt(Abi.OPTVAL_OPTION, option).putLong(Abi.OPTVAL_VALUE, value);
  }

  private long get(long handle, int option) {
    ByteBuffer b = optval(option, 0);
    int n = d.engine.query(handle, Abi.QUERY_OPTION, b);
    return n < 0 ? n : b.getLong(Abi.OPTVAL_VALUE);
  }

  private int set(long handle, int option, long value) {
    return d.engine.control(handle, Abi.CONTROL_SET_OPTION, optval(option, value));
  }

  @Test
  void optionsOfAnAcceptAreSetOnEveryConnection() throws Exception {
    Pair with = pair(Abi.OPT_TCP_NODELAY, 1, Abi.OPT_SO_KEEPALIVE, 1);
    assertEquals(1, get(with.handle(), Abi.OPT_TCP_NODELAY));
    assertEquals(1, get(with.handle(), Abi.OPT_SO_KEEPALIVE));
    assertEquals(0, get(pair().handle(), Abi.OPT_TCP_NODELAY));
  }

  @Test
  void optionsOfListenAndConnectAreSetBefore() {
    Completion listener = d.await(d.submitListen(Peers.ANY_PORT, 5, Abi.OPT_SO_RCVBUF, 100_000, Abi.OPT_SO_REUSEPORT, 1));
    assertEquals(0, listener.result());
    assertTrue(get(listener.handle(), Abi.OPT_SO_RCVBUF) >= 100_000);
    assertEquals(1, get(listener.handle(), Abi.OPT_SO_REUSEPORT));
    // With SO_REUSEPORT a second one gets the same port.
    assertEquals(0, d.await(d.submitListen(d.localAddress(listener.handle()), 5, Abi.OPT_SO_REUSEPORT, 1)).result());
    Completion c = d.await(d.submitConnect(d.localAddress(listener.handle()), Abi.OPT_TCP_NODELAY, 1, Abi.OPT_SO_SNDBUF, 50_000));
    assertEquals(0, c.result());
    assertEquals(1, get(c.handle(), Abi.OPT_TCP_NODELAY));
    assertTrue(get(c.handle(), Abi.OPT_SO_SNDBUF) >= 50_000);
  }

  @Test
  void optionsCanBeChangedLater() throws Exception {
    long handle = pair().handle();
    assertEquals(0, set(handle, Abi.OPT_TCP_NODELAY, 1));
    assertEquals(1, get(handle, Abi.OPT_TCP_NODELAY));
    assertEquals(0, set(handle, Abi.OPT_TCP_NODELAY, 0));
    assertEquals(0, get(handle, Abi.OPT_TCP_NODELAY));
    assertEquals(0, set(handle, Abi.OPT_TCP_KEEPIDLE, 77));
    assertEquals(77, get(handle, Abi.OPT_TCP_KEEPIDLE));
  }

  @Test
  void refusalsAreTyped() throws Exception {
    long handle = pair().handle();
    for (int unknown : new int[] {0, Abi.OPT_COUNT, 1000, -1}) {
      assertEquals(-Abi.ENOTSUP, set(handle, unknown, 1), "option " + unknown);
      assertEquals(-Abi.ENOTSUP, get(handle, unknown), "option " + unknown);
    }
    assertEquals(-Abi.EINVAL, set(handle, Abi.OPT_TCP_NODELAY, 2));
    assertEquals(-Abi.EINVAL, set(handle, Abi.OPT_SO_RCVBUF, -1));
    assertEquals(-Abi.EINVAL, set(handle, Abi.OPT_SO_RCVBUF, 1L << 40));
    for (int option : NOT_IN_NIO) {
      int answer = set(handle, option, option == Abi.OPT_TCP_CORK ? 1 : 1000);
      boolean absent = cell.isNio() || option == Abi.OPT_SO_BUSY_POLL && UserMode.isHere();
      assertTrue(absent ? answer == -Abi.ENOTSUP : answer == 0 || answer == -Abi.EPERM, "option " + option + ": " + answer);
    }
    long listener = d.listen();
    assertEquals(-Abi.ENOTSUP, d.await(Peers.submitAccept(d, listener, 0, 999, 1)).result());
    assertEquals(-Abi.EINVAL, d.await(Peers.submitAccept(d, listener, 0, Abi.OPT_TCP_NODELAY, 5)).result());
    Completion c = d.await(d.submitConnect(d.localAddress(listener), 999, 1));
    assertEquals(-Abi.ENOTSUP, c.result());
    assertEquals(0, c.handle());
    assertEquals(-Abi.ENOTSUP, d.await(d.submitListen(Peers.ANY_PORT, 5, 999, 1)).result());
  }

  @Test
  void queriesKnowTheirSubject() throws Exception {
    long handle = pair().handle();
    ByteBuffer info = ByteBuffer.allocateDirect(Abi.TCP_INFO_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer unsent = ByteBuffer.allocateDirect(8).order(ByteOrder.LITTLE_ENDIAN);
    if (cell.isNio()) {
      assertEquals(-Abi.ENOTSUP, d.engine.query(handle, Abi.QUERY_TCP_INFO, info));
      assertEquals(-Abi.ENOTSUP, d.engine.query(handle, Abi.QUERY_UNSENT, unsent));
    } else {
      assertEquals(Abi.TCP_INFO_BYTES, d.engine.query(handle, Abi.QUERY_TCP_INFO, info));
      assertEquals(1, info.getInt(0), "ESTABLISHED");
      assertEquals(8, d.engine.query(handle, Abi.QUERY_UNSENT, unsent));
      assertEquals(0, unsent.getLong(0));
    }
    assertEquals(-Abi.EINVAL, d.engine.query(handle, 99, info));
    assertEquals(-Abi.EINVAL, d.engine.query(handle, Abi.QUERY_LOCAL_ADDR, unsent));
    assertEquals(-Abi.EINVAL, d.engine.control(handle, 99, optval(1, 1)));
    ByteBuffer listenerAddress = ByteBuffer.allocateDirect(Abi.ADDR_BYTES_TOTAL);
    assertNotEquals(0, d.engine.query(d.listen(), Abi.QUERY_PEER_ADDR, listenerAddress));
  }
}

package io.sluice.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.contract.Datagrams.Header;
import io.sluice.contract.Datagrams.Received;
import io.sluice.internal.abi.Abi;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** C1 to C3, C7 and C9 on datagram sockets: ends, stale handles, malformed submissions, starvation, churn. */
class DatagramLifeIT extends DatagramTest {
  DatagramLifeIT(EngineCell cell) {
    super(cell);
  }

  @Test
  void c02CloseEndsTheReceiveFirst() {
    long handle = u.open(Datagrams.LOOPBACK4);
    long recv = u.receive(handle);
    d.settle();
    assertEquals(0, d.close(handle).result());
    assertEquals(-Abi.ECANCELED, d.poll(c -> c.token() == recv).result());
    assertEquals(-Abi.ESTALE, u.send(handle, Datagrams.addressOf(newPeer()), new byte[1]));
    assertEquals(-Abi.ESTALE, d.await(u.receive(handle)).result());
  }

  private DatagramSocket newPeer() {
    try {
      return peer();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aCloseInTheSameBatchAsSendsAnswersThemAll() throws Exception {
    DatagramSocket peer = peer();
    for (int flags : new int[] {0, Abi.SQE_DRAIN, Abi.SQE_ABORT}) {
      long handle = u.open(Datagrams.LOOPBACK4);
      long recv = u.receive(handle);
      List<Long> sends = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        sends.add(u.submit(handle, Header.to(Datagrams.addressOf(peer)), Abi.SQE_LAZY, new byte[] {(byte) i}));
      }
      long close = d.submit(Abi.OP_CLOSE, flags, handle);
      assertEquals(0, d.await(close).result());
      assertEquals(-Abi.ECANCELED, d.await(recv).result());
      int sent = 0;
      for (long token : sends) {
        int result = d.await(token).result();
        assertTrue(result == 1 || result == -Abi.ECANCELED, "result " + result);
        sent += result == 1 ? 1 : 0;
      }
      if (flags == Abi.SQE_DRAIN) {
        assertEquals(50, sent);
      }
      for (int i = 0; i < sent; i++) {
        assertEquals(i, Datagrams.receive(peer)[0]);
      }
    }
  }

  @Test
  void operationsOfStreamsAreInvalid() throws Exception {
    long handle = u.open(Datagrams.LOOPBACK4);
    for (int op : new int[] {Abi.OP_RECV, Abi.OP_WATCH, Abi.OP_SHUTDOWN, Abi.OP_ACCEPT}) {
      assertEquals(-Abi.EINVAL, d.await(d.submit(op, 0, handle)).result(), "operation " + op);
    }
    long more = d.submit(Abi.OP_SEND, 0, 0, 1, handle, d.put(new byte[1]), 0, 0, Abi.MSG_MORE);
    assertEquals(-Abi.EINVAL, d.await(more).result());
    long stream = pair().handle();
    assertEquals(-Abi.EINVAL, d.await(u.receive(stream)).result());
    long withMeta = d.submit(Abi.OP_SEND, 0, 0, 1, stream, d.put(new byte[1]), u.meta(Header.to(d.inetAddress(handle))), 0, 0);
    assertEquals(-Abi.EINVAL, d.await(withMeta).result());
  }

  @Test
  void c07MalformedMetasAndAddressesAreInvalid() throws Exception {
    long handle = u.open(Datagrams.LOOPBACK4);
    InetSocketAddress to = Datagrams.addressOf(peer());
    int[] fields = {
      Abi.META_FAMILY, Abi.META_SCOPE_ID, Abi.META_ADDR + 5, Abi.META_LOCAL, Abi.META_FLAGS + 1, Abi.META_TOS, Abi.META_ORIGIN,
      Abi.META_STREAM, Abi.META_PPID, Abi.META_ASSOC, Abi.META_INFO
    };
    for (int field : fields) {
      long meta = u.meta(Header.to(to));
      ByteBuffer region = d.scratch.region();
      region.put((int) meta + field, (byte) 0x70);
      long token = d.submit(Abi.OP_SEND, 0, 0, 1, handle, d.put(new byte[1]), meta, 0, 0);
      assertEquals(-Abi.EINVAL, d.await(token).result(), "field at " + field);
    }
    for (long outside : new long[] {8, 1L << 40, d.scratch.begin() + 4, d.scratch.end() - 8, -8}) {
      long token = d.submit(Abi.OP_SEND, 0, 0, 1, handle, d.put(new byte[1]), outside, 0, 0);
      assertEquals(-Abi.EINVAL, d.await(token).result(), "meta at " + outside);
    }
    for (int len : new int[] {0, 3, -1}) {
      long token = d.submit(Abi.OP_DATAGRAM, 0, 0, len, 0, d.scratch.addresses(Datagrams.LOOPBACK4, to), 0, 0, 0);
      assertEquals(-Abi.EINVAL, d.await(token).result(), "addresses " + len);
    }
    assertEquals(-Abi.EINVAL, d.await(d.submit(Abi.OP_RECVMSG, 0, 9, 0, handle, 0, 0, 0, 0)).result(), "no such pool");
  }

  @Test
  void c09AnEmptyPoolParksTheReceiveAndNothingIsLost() throws Exception {
    long handle = u.open(Datagrams.LOOPBACK4);
    long recv = u.receive(handle);
    d.settle();
    DatagramSocket peer = peer();
    int n = 3 * RingDriver.POOL_BUFFERS;
    for (int i = 0; i < n; i++) {
      Datagrams.send(peer, d.inetAddress(handle), Content.of(i, 200));
    }
    d.awaitCondition(() -> d.counter(Abi.CTR_BUFFERS_OUT) == RingDriver.POOL_BUFFERS && d.counter(Abi.CTR_STARVED) > 0, "the pool is dry");
    d.settle();
    long before = d.counter(Abi.CTR_SYSCALLS);
    d.turn(50_000_000);
    assertTrue(d.counter(Abi.CTR_SYSCALLS) - before < 400, "a dry pool spins: " + (d.counter(Abi.CTR_SYSCALLS) - before));
    for (int i = 0; i < n; i++) {
      Received r = u.next(recv);
      Content.verify(r.data(), i, 0);
    }
  }

  @Test
  void aParkedReceiveEndsWithItsSocket() throws Exception {
    long handle = u.open(Datagrams.LOOPBACK4);
    long recv = u.receive(handle);
    DatagramSocket peer = peer();
    for (int i = 0; i < 2 * RingDriver.POOL_BUFFERS; i++) {
      Datagrams.send(peer, d.inetAddress(handle), new byte[1]);
    }
    d.awaitCondition(() -> d.counter(Abi.CTR_STARVED) > 0, "the pool is dry");
    assertEquals(0, d.close(handle).result());
    assertEquals(-Abi.ECANCELED, d.await(recv).result());
  }

  @Test
  void aDetachedSocketIsAdoptedWithWhatWaitsInIt() throws Exception {
    DatagramSocket peer = peer();
    long first = u.openTo(Datagrams.addressOf(peer));
    InetSocketAddress at = d.inetAddress(first);
    int descriptor = d.await(d.submit(Abi.OP_DETACH, 0, first)).result();
    assertTrue(descriptor >= 0, "DETACH answered " + descriptor);
    Datagrams.send(peer, at, new byte[5]);
    Completion adopted = d.await(d.submit(Abi.OP_ADOPT, 0, 0, 0, 0, 0, 0, descriptor, 0));
    assertEquals(0, adopted.result());
    assertEquals(5, u.next(u.receive(adopted.handle())).data().length);
    assertEquals(at, d.inetAddress(adopted.handle()));
    assertEquals(2, u.send(adopted.handle(), null, new byte[2]));
    assertEquals(2, Datagrams.receive(peer).length);
  }

  @Test
  void c03NoDatagramReachesAnotherSocketUnderChurn() throws Exception {
    Random random = new Random(4);
    DatagramSocket peer = peer();
    Map<Long, Long> receives = new HashMap<>();
    Map<Long, Integer> identities = new HashMap<>();
    List<Long> handles = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      if (handles.size() < 8) {
        long handle = u.open(Datagrams.LOOPBACK4);
        handles.add(handle);
        identities.put(handle, i);
        receives.put(handle, u.receive(handle));
      }
      long handle = handles.get(random.nextInt(handles.size()));
      int length = 1 + random.nextInt(1000);
      Datagrams.send(peer, d.inetAddress(handle), Content.of(identities.get(handle), length));
      Received r = u.next(receives.get(handle));
      assertEquals(handle, r.completion().handle());
      assertEquals(length, r.data().length);
      Content.verify(r.data(), identities.get(handle), 0);
      if (random.nextInt(3) == 0) {
        // What is still on its way to this port must not show at whoever has the slot next.
        Datagrams.send(peer, d.inetAddress(handle), Content.of(-1, 10));
        handles.remove(handle);
        assertEquals(0, d.close(handle).result());
        long recv = receives.get(handle);
        for (Completion c = d.poll(x -> x.token() == recv); c != null; c = d.poll(x -> x.token() == recv)) {
          if (c.hasBuffer()) {
            d.giveBack(c);
          }
        }
      }
      d.reuseMemory();
    }
  }
}

package io.sluice.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.internal.abi.Abi;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * Connections come and go in every way there is, slots and descriptors are reused all the time, and every byte is checked on
 * both sides against the identity of its connection: data of one never reaches another.
 */
class ChurnIT extends ContractTest {
  private static final int PEERS = 4;
  private static final int CONNECTIONS_PER_PEER = 250;
  private static final int MAX_BYTES = 30_000;

  private static final class Connection {
    final long handle;
    final byte[] header = new byte[8];
    int headerBytes;
    long identity;
    int position;
    boolean closing;

    Connection(long handle) {
      this.handle = handle;
    }
  }

  private final Map<Long, Connection> byReceive = new HashMap<>();

  ChurnIT(EngineCell cell) {
    super(cell);
  }

  @Test
  void everyByteBelongsToItsConnection() throws Exception {
    long listener = d.listen();
    InetSocketAddress address = d.inetAddress(listener);
    long accept = Peers.submitAccept(d, listener, Abi.SQE_MULTISHOT);
    AtomicLong identities = new AtomicLong(1);
    List<Future<Integer>> peers = new ArrayList<>();
    for (int i = 0; i < PEERS; i++) {
      int seed = i;
      peers.add(Peers.inBackground(() -> runPeer(address, new Random(seed), identities)));
    }
    while (peers.stream().anyMatch(f -> !f.isDone())) {
      d.turn(20_000_000);
      serve(accept);
    }
    int completed = 0;
    for (Future<Integer> f : peers) {
      completed += f.get();
    }
    assertTrue(completed > PEERS * CONNECTIONS_PER_PEER / 3, "echoed in full: " + completed);
    d.awaitCondition(
        () -> {
          serve(accept);
          return byReceive.isEmpty();
        },
        "all connections have ended");
    long opened = d.counter(Abi.CTR_OPENED);
    assertEquals(PEERS * CONNECTIONS_PER_PEER + 1, opened);
  }

  /** Works off what has arrived. */
  private void serve(long accept) {
    List<Completion> batch = new ArrayList<>(d.unclaimed);
    d.unclaimed.clear();
    for (Completion c : batch) {
      if (c.token() == accept) {
        long recv = d.submit(Abi.OP_RECV, Abi.SQE_MULTISHOT, c.handle());
        byReceive.put(recv, new Connection(c.handle()));
      } else if (c.op() == Abi.OP_RECV) {
        received(c);
      }
    }
  }

  private void received(Completion c) {
    Connection x = byReceive.get(c.token());
    if (c.hasBuffer()) {
      assertEquals(x.handle, c.handle());
      byte[] data = d.data(c);
      int from = Math.min(8 - x.headerBytes, data.length);
      System.arraycopy(data, 0, x.header, x.headerBytes, from);
      x.headerBytes += from;
      if (from > 0 && x.headerBytes == 8) {
        x.identity = ByteBuffer.wrap(x.header).getLong();
      }
      byte[] body = java.util.Arrays.copyOfRange(data, from, data.length);
      if (x.closing) {
        return;
      }
      Content.verify(body, x.identity, x.position);
      x.position += body.length;
      if (body.length > 0) {
        echo(x, body);
      }
    }
    if (c.isTerminal()) {
      byReceive.remove(c.token());
      boolean abort = x.identity % 5 == 0;
      if (c.result() != -Abi.ECANCELED) {
        d.submit(Abi.OP_CLOSE, abort ? Abi.SQE_ABORT : Abi.SQE_DRAIN, x.handle);
      }
    } else if (!x.closing && x.identity % 7 == 0 && x.position > 1000) {
      // Some are closed from this side in the middle of the conversation.
      x.closing = true;
      d.submit(Abi.OP_CLOSE, Abi.SQE_ABORT, x.handle);
    }
  }

  private void echo(Connection x, byte[] body) {
    if (d.memoryLeft() < body.length) {
      d.awaitCondition(() -> d.counter(Abi.CTR_OPS_IN_FLIGHT) == 0, "all sends are answered");
      d.reuseMemory();
    }
    d.submitSend(x.handle, Abi.SQE_LAZY, body);
  }

  /** Connects again and again; how many conversations went through to their end. */
  private static int runPeer(InetSocketAddress address, Random random, AtomicLong identities) throws Exception {
    int completed = 0;
    for (int i = 0; i < CONNECTIONS_PER_PEER; i++) {
      long identity = identities.getAndIncrement();
      boolean expectEnd = identity % 7 != 0;
      try (Socket s = Peers.connect(address)) {
        converse(s, identity, random);
        completed++;
      } catch (java.io.IOException e) {
        if (expectEnd) {
          throw new AssertionError("connection " + identity, e);
        }
      }
    }
    return completed;
  }

  private static void converse(Socket s, long identity, Random random) throws Exception {
    DataOutputStream out = new DataOutputStream(s.getOutputStream());
    DataInputStream in = new DataInputStream(s.getInputStream());
    out.writeLong(identity);
    int position = 0;
    for (int round = 1 + random.nextInt(4); round > 0; round--) {
      int n = 1 + random.nextInt(MAX_BYTES / 4);
      out.write(Content.of(identity, position, n));
      byte[] back = new byte[n];
      in.readFully(back);
      Content.verify(back, identity, position);
      position += n;
    }
    if (random.nextInt(3) == 0) {
      s.setSoLinger(true, 0);
    }
  }
}

package io.sluice.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.internal.abi.Abi;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Stream sockets with a path: the same contract. */
class UnixSocketIT extends ContractTest {
  UnixSocketIT(EngineCell cell) {
    super(cell);
  }

  private UnixDomainSocketAddress freshPath() throws Exception {
    Path folder = Files.createTempDirectory("sluice");
    Path path = folder.resolve("s");
    closing(
        () -> {
          Files.deleteIfExists(path);
          Files.delete(folder);
        });
    return UnixDomainSocketAddress.of(path);
  }

  private static byte[] read(SocketChannel peer, int bytes) throws Exception {
    ByteBuffer b = ByteBuffer.allocate(bytes);
    while (b.hasRemaining() && peer.read(b) >= 0) {
      continue;
    }
    return b.array();
  }

  @Test
  void dataFlowsBothWaysAndTheEndIsSeen() throws Exception {
    UnixDomainSocketAddress address = freshPath();
    long listener = d.listen(address);
    assertEquals(address, d.localAddress(listener));
    long accept = Peers.submitAccept(d, listener, 0);
    try (SocketChannel peer = SocketChannel.open(address)) {
      long handle = d.await(accept).handle();
      long recv = d.submit(Abi.OP_RECV, Abi.SQE_MULTISHOT, handle);
      peer.write(ByteBuffer.wrap(Content.of(1, 3000)));
      Content.verify(d.data(d.next(recv)), 1, 0);
      byte[] back = Content.of(2, 2000);
      assertEquals(2000, d.await(d.submitSend(handle, 0, back)).result());
      assertArrayEquals(back, read(peer, 2000));
      peer.shutdownOutput();
      assertTrue(d.await(recv).isEndOfStream());
      assertEquals(0, d.await(d.submit(Abi.OP_CLOSE, Abi.SQE_ABORT, handle)).result());
      assertEquals(-1, peer.read(ByteBuffer.allocate(1)));
    }
  }

  @Test
  void connectingAndFailuresAreTyped() throws Exception {
    UnixDomainSocketAddress address = freshPath();
    assertEquals(-Abi.ENOENT, d.await(d.submitConnect(address)).result());
    long listener = d.listen(address);
    long accept = Peers.submitAccept(d, listener, 0);
    Completion connected = d.await(d.submitConnect(address));
    assertEquals(0, connected.result());
    assertEquals(0, d.await(accept).result());
    assertEquals(address, d.peerAddress(connected.handle()));
    assertEquals(-Abi.EADDRINUSE, d.await(d.submitListen(address, 5)).result());
    d.close(listener);
    // The path stays, nobody listens.
    assertEquals(-Abi.ECONNREFUSED, d.await(d.submitConnect(address)).result());
  }

  @Test
  void abstractNamesWorkWhereTheEngineKnowsThem() throws Exception {
    int at = d.scratch.allot(Abi.ADDR_BYTES_TOTAL);
    byte[] name = ("\0sluice-test-" + ProcessHandle.current().pid()).getBytes();
    d.scratch.region().putShort(at, (short) Abi.FAMILY_UNIX).putInt(at + Abi.ADDR_PATH_LEN, name.length).put(at + Abi.ADDR_BYTES, name);
    Completion c = d.await(d.submit(Abi.OP_LISTEN, 0, 0, 5, 0, at, 0, 0, 0));
    assertEquals(cell.isNio() ? -Abi.ENOTSUP : 0, c.result());
  }
}

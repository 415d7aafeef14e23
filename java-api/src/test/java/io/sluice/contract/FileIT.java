package io.sluice.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.contract.Peers.Pair;
import io.sluice.internal.abi.Abi;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** SENDFILE keeps its place among the SENDs, and says when the file is too short. */
class FileIT extends ContractTest {
  private static final int FILE_BYTES = 5 << 20;

  FileIT(EngineCell cell) {
    super(cell);
  }

  private Path file(int bytes) throws Exception {
    Path path = Files.createTempFile("sluice", ".data");
    closing(() -> Files.delete(path));
    Files.write(path, Content.of(11, bytes));
    return path;
  }

  private int open(Path path) {
    byte[] bytes = path.toString().getBytes(StandardCharsets.UTF_8);
    return d.engine.control(0, Abi.CONTROL_OPEN_FILE, ByteBuffer.allocateDirect(bytes.length).put(bytes).flip());
  }

  private int close(int file) {
    return d.engine.control(0, Abi.CONTROL_CLOSE_FILE, ByteBuffer.allocateDirect(4).order(ByteOrder.LITTLE_ENDIAN).putInt(0, file));
  }

  private long submitFile(long handle, int file, long position, int length) {
    return d.submit(Abi.OP_SENDFILE, 0, 0, length, handle, position, 0, file, 0);
  }

  @Test
  void regionsKeepTheirPlaceAmongSends() throws Exception {
    Pair p = pair();
    int file = open(file(FILE_BYTES));
    assertTrue(file >= 0, "answer " + file);
    long head = d.submitSend(p.handle(), 0, Content.of(1, 100));
    long region = submitFile(p.handle(), file, 1000, FILE_BYTES - 1000);
    long middle = d.submitSend(p.handle(), 0, Content.of(2, 100));
    long second = submitFile(p.handle(), file, 0, 10);
    // Closed while in use: the queued regions still go out.
    d.turn(0);
    assertEquals(0, close(file));
    Future<byte[]> peer = Peers.inBackground(() -> p.read(100 + FILE_BYTES - 1000 + 100 + 10));
    byte[] all = d.await(peer);
    assertEquals(100, d.await(head).result());
    assertEquals(FILE_BYTES - 1000, d.await(region).result());
    assertEquals(100, d.await(middle).result());
    assertEquals(10, d.await(second).result());
    Content.verify(java.util.Arrays.copyOfRange(all, 0, 100), 1, 0);
    Content.verify(java.util.Arrays.copyOfRange(all, 100, FILE_BYTES - 900), 11, 1000);
    Content.verify(java.util.Arrays.copyOfRange(all, FILE_BYTES - 900, FILE_BYTES - 800), 2, 0);
    Content.verify(java.util.Arrays.copyOfRange(all, FILE_BYTES - 800, all.length), 11, 0);
    assertEquals(-Abi.ENOENT, close(file));
  }

  /** A peer that reads as fast as this side sends must not keep the loop to itself. */
  @Test
  void aRegionSendsInSharesBetweenWhichOthersAreServed() throws Exception {
    Pair p = pair();
    int file = open(file(FILE_BYTES));
    Future<byte[]> peer = Peers.inBackground(() -> p.read(FILE_BYTES));
    long region = submitFile(p.handle(), file, 0, FILE_BYTES);
    long before = d.counter(Abi.CTR_BYTES_SENT);
    while (d.counter(Abi.CTR_BYTES_SENT) - before < FILE_BYTES) {
      long sent = d.counter(Abi.CTR_BYTES_SENT);
      d.turn(0);
      long now = d.counter(Abi.CTR_BYTES_SENT);
      // One share when it is submitted, or when the socket is writable; both may be in one turn.
      assertTrue(now - sent <= 2 << 20, now - sent + " bytes in one turn");
    }
    assertEquals(FILE_BYTES, d.await(region).result());
    Content.verify(d.await(peer), 11, 0);
    assertEquals(0, close(file));
  }

  @Test
  void aFileThatEndsEarlyFailsWithItsCount() throws Exception {
    Pair p = pair();
    int file = open(file(1000));
    Completion c = d.await(submitFile(p.handle(), file, 400, 1000));
    assertEquals(-Abi.EIO, c.result());
    assertEquals(600, c.accepted());
    Content.verify(p.read(600), 11, 400);
    assertEquals(0, close(file));
  }

  @Test
  void whatCannotBeOpenedSaysSo() throws Exception {
    assertEquals(-Abi.ENOENT, open(Path.of("/nonexistent/file")));
    assertEquals(-Abi.EINVAL, open(Path.of("/")));
    assertEquals(-Abi.EINVAL, d.engine.control(0, Abi.CONTROL_OPEN_FILE, ByteBuffer.allocateDirect(3)));
    assertEquals(-Abi.ENOENT, close(12345));
    int first = open(file(10));
    assertEquals(0, close(first));
    int second = open(file(10));
    assertEquals(-Abi.ENOENT, close(first), "a file number is not reused at once");
    assertEquals(0, close(second));
  }
}

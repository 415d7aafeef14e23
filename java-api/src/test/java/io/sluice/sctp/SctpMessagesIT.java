package io.sluice.sctp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.BufferLease;
import io.sluice.SendResult;
import io.sluice.api.Await;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;

/** Messages: content, streams, order, bounds, leases. */
class SctpMessagesIT {
  @OnEverySctpBackend
  void messagesKeepStreamPpidAndBoundsInBothDirections(SctpCell cell) {
    try (SctpPair p = new SctpPair(cell)) {
      SctpRecorder client = new SctpRecorder();
      SctpAssociation a = p.connect(client);
      SctpRecorder server = Await.next(p.accepted);
      SctpAssociation b = Await.value(server.opened);
      assertEquals(SendResult.QUEUED, a.send(SctpPair.text("one"), 0, 51));
      assertEquals(SendResult.QUEUED, a.send(SctpPair.text("two"), 3, 0xfffffff0));
      assertEquals(SendResult.QUEUED, a.send(SctpPair.text("three"), SctpSendOptions.stream(1).withUnordered(true)));
      assertEquals("0/51 one", Await.next(server.messages));
      assertEquals("3/4294967280 two", Await.next(server.messages));
      assertEquals("1/0u three", Await.next(server.messages));
      assertEquals(SendResult.QUEUED, b.send(SctpPair.text("back"), 2, 7));
      assertEquals("2/7 back", Await.next(client.messages));
      assertEquals(SctpPair.PORT, a.remoteAddress().port());
      assertEquals(a.localAddress().port(), b.remoteAddress().port());
      assertTrue(b.isAccepted() && !a.isAccepted());
      assertEquals(SctpState.OPEN, a.state());
      assertEquals(16, a.streamsOut());
    }
  }

  @OnEverySctpBackend
  void aMessageOfTheLargestSizeArrivesWhole(SctpCell cell) {
    try (SctpPair p = new SctpPair(cell)) {
      SctpRecorder client = new SctpRecorder();
      SctpAssociation a = p.connect(client);
      byte[] large = new byte[a.maxMessageBytes()];
      Arrays.fill(large, (byte) 'x');
      ByteBuffer data = ByteBuffer.wrap(large);
      assertTrue(Await.on(a.loop(), () -> a.send(data, 0, 0)).accepted());
      assertFalse(data.hasRemaining(), "position was not advanced");
      assertEquals(4 + large.length, Await.next(Await.next(p.accepted).messages).length());
    }
  }

  @OnEverySctpBackendEngine
  void wrongArgumentsFailAtTheCallAndNameTheRange(SctpCell cell) {
    try (SctpPair p = new SctpPair(cell)) {
      SctpAssociation a = p.connect(new SctpRecorder());
      says("stream 16 is not within 0 to 15", () -> a.send(SctpPair.text("x"), 16, 0));
      says("stream -1 is not within 0 to 15", () -> a.resetStreams(0, -1));
      says("data has 0 bytes", () -> a.send(SctpPair.text(""), 0, 0));
      says("262145 bytes, which is not within 1 to 262144", () -> a.send(ByteBuffer.allocate(262145), 0, 0));
      says("reason has 505 bytes, more than 504", () -> a.abort(12, new byte[505]));
      says("cause 13 is neither 12", () -> a.abort(13, new byte[0]));
      says("deadline PT-1S is not within zero to", () -> a.close(java.time.Duration.ofSeconds(-1)));
      assertTrue(a.isOpen());
    }
  }

  private static void says(String what, org.junit.jupiter.api.function.Executable call) {
    String message = assertThrows(IllegalArgumentException.class, call).getMessage();
    assertTrue(message.contains(what), message);
  }

  @OnEverySctpBackendEngine
  void aFullSendBufferMakesSendersWaitAndLosesNothing(SctpCell cell) {
    SctpOptions options = SctpOptions.defaults().withLiveness(SctpLiveness.FAST).withSendBounds(8 << 10, 64 << 10);
    SctpStackOptions limits = SctpStackOptions.defaults().withMaxMessageBytes(8192).withBuffers(16 << 10, 16 << 10);
    try (SctpPair p = new SctpPair(cell, options, limits, SctpRecorder::new)) {
      SctpRecorder client = new SctpRecorder();
      SctpAssociation a = p.connect(client, options);
      int taken = Await.on(a.loop(), () -> {
        int n = 0;
        SendResult r = SendResult.QUEUED;
        while (r != SendResult.REJECTED) {
          ByteBuffer m = ByteBuffer.allocate(1024).putInt(0, n);
          r = a.send(m, 0, 0);
          assertEquals(r == SendResult.REJECTED ? 1024 : 0, m.remaining());
          n += r.accepted() ? 1 : 0;
        }
        assertTrue(a.pendingSendBytes() > 8 << 10);
        assertFalse(a.isWritable());
        return n;
      });
      assertEquals("writable", Await.next(client.writable));
      SctpRecorder server = Await.next(p.accepted);
      for (int i = 0; i < taken; i++) {
        String m = Await.next(server.messages);
        assertEquals(i, m.charAt(4 + 3) | m.charAt(4 + 2) << 8, "message " + i);
      }
      Await.until("nothing waits", () -> a.pendingSendBytes() == 0 && a.isWritable());
    }
  }

  @OnEverySctpBackend
  void leaseAndInfoEndWithTheCallbackAndARetainedLeaseKeepsItsBytes(SctpCell cell) {
    CompletableFuture<BufferLease> kept = new CompletableFuture<>();
    CompletableFuture<BufferLease> seen = new CompletableFuture<>();
    CompletableFuture<SctpMessageInfo> info = new CompletableFuture<>();
    SctpRecorder server = new SctpRecorder() {
      @Override
      void messageDo(SctpAssociation a, BufferLease data, SctpMessageInfo i) {
        if (!seen.complete(data)) {
          return; // The second message, which lies where the first one lay.
        }
        assertEquals(5, data.buffer().remaining());
        assertEquals('h', data.get(0));
        info.complete(i);
        kept.complete(data.retain());
      }
    };
    try (SctpPair p = new SctpPair(cell, () -> server)) {
      SctpAssociation a = p.connect(new SctpRecorder());
      a.send(SctpPair.text("hello"), 0, 0);
      BufferLease lease = Await.value(kept);
      a.send(SctpPair.text("other"), 0, 0);
      Await.until("both came", () -> server.messages.size() == 2);
      byte[] b = new byte[5];
      lease.copyTo(0, b, 0, 5);
      assertEquals("hello", new String(b));
      lease.release();
      assertThrows(IllegalStateException.class, lease::release);
      SctpAssociation there = Await.value(server.opened);
      Await.on(there.loop(), () -> assertThrows(IllegalStateException.class, () -> info.join().stream()));
      Await.on(there.loop(), () -> assertThrows(IllegalStateException.class, () -> seen.join().length()));
      assertThrows(IllegalStateException.class, () -> info.join().ppid());
    }
  }

  @OnEverySctpBackend
  void aStreamResetIsToldOnBothSidesOnce(SctpCell cell) {
    try (SctpPair p = new SctpPair(cell)) {
      SctpRecorder client = new SctpRecorder();
      SctpAssociation a = p.connect(client);
      SctpRecorder server = Await.next(p.accepted);
      a.send(SctpPair.text("on 3"), 3, 0);
      assertEquals("3/0 on 3", Await.next(server.messages));
      assertEquals(SendResult.QUEUED, a.resetStreams(3));
      SctpStreamReset in = Await.next(server.resets);
      assertEquals(SctpStreamReset.Direction.INCOMING, in.direction());
      assertEquals(java.util.List.of(3), in.streams());
      Await.until("both directions on both sides", () -> client.resets.size() == 2 && server.resets.size() == 1);
      a.send(SctpPair.text("again"), 3, 0);
      assertEquals("3/0 again", Await.next(server.messages));
      assertTrue(client.resets.stream().allMatch(r -> r.outcome() == SctpStreamReset.Outcome.DONE));
    }
  }
}

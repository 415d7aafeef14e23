package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.BufferLease;
import io.sluice.DatagramInfo;
import io.sluice.EventLoopGroup;
import io.sluice.LoopMetric;
import io.sluice.UdpOptions;
import io.sluice.UdpSocket;
import io.sluice.contract.Content;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Pausing, starving and leases: nothing that arrived is lost here, and nobody waits for ever. */
class UdpReadIT {
  @OnEveryCell
  void pausedReadingKeepsDatagramsInOrder(Cell cell) throws Exception {
    try (EventLoopGroup group = cell.group(); UdpPeer peer = new UdpPeer()) {
      UdpRecorder r = new UdpRecorder();
      UdpSocket s = UdpPeer.bind(group, UdpOptions.defaults().withReadingPaused(true), r);
      assertTrue(s.isReadingPaused());
      int n = 0;
      for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 20; i++) {
          peer.send(s, Content.of(n++, 100));
        }
        Await.on(s.loop(), () -> null);
        Await.on(s.loop(), () -> null);
        assertEquals(0, r.datagrams.size());
        s.resumeReading();
        for (int i = n - 20; i < n; i++) {
          UdpRecorder.Got got = Await.next(r.datagrams);
          Content.verify(got.data(), i, 0);
          assertEquals(peer.address(), got.source());
        }
        s.pauseReading();
        assertTrue(s.isReadingPaused());
        Await.on(s.loop(), () -> null); // The pause has reached the loop.
      }
      r.check();
    }
  }

  /** What is in the rings already when a callback pauses is kept, with its metadata, also beyond the share of buffers. */
  @OnEveryCell
  void aPauseWithinTheCallbackKeepsWhatFollows(Cell cell) throws Exception {
    BlockingQueue<Integer> got = new LinkedBlockingQueue<>();
    UdpRecorder r =
        new UdpRecorder() {
          @Override
          public void onDatagram(UdpSocket s, BufferLease data, DatagramInfo info) {
            s.pauseReading();
            super.onDatagram(s, data, info);
            got.add(data.buffer().getInt(0)); // Last: the test resumes as soon as it sees this.
          }
        };
    try (EventLoopGroup group = cell.builder().receiveBuffers(512, 64).build(); UdpPeer peer = new UdpPeer()) {
      UdpSocket s = UdpPeer.bind(group, UdpOptions.defaults().withMaxLeasedBuffers(4), r);
      int n = 100;
      Await.on(
          s.loop(),
          () -> { // Nothing is received meanwhile: all of them are there in one turn.
            for (int i = 0; i < n; i++) {
              peer.send(s, ByteBuffer.allocate(50).putInt(0, i).array());
            }
            return null;
          });
      for (int i = 0; i < n; i++) {
        assertEquals(i, Await.next(got));
        assertEquals(peer.address(), Await.next(r.datagrams).source());
        assertTrue(got.isEmpty());
        s.resumeReading();
      }
      Await.until("all buffers are back", () -> group.stats().value(LoopMetric.BUFFERS_OUT) == 0);
      r.check();
    }
  }

  @OnEveryCell
  void oneHoarderDoesNotStarveTheLoop(Cell cell) throws Exception {
    BlockingQueue<BufferLease> hoard = new LinkedBlockingQueue<>();
    try (EventLoopGroup group = cell.builder().receiveBuffers(1024, 16).build(); UdpPeer peer = new UdpPeer()) {
      UdpSocket hoarder = UdpPeer.bind(group, (s, data, info) -> hoard.add(data.retain()));
      UdpSocket other = UdpPeer.bind(group, new UdpRecorder.Echo());
      for (int i = 0; i < 100; i++) {
        peer.send(hoarder, Content.of(i, 200));
        peer.send(other, Content.of(-i, 200));
        Content.verify(peer.receive(), -i, 0);
        Content.verify(bytes(hoard, i), i, 0);
      }
      for (BufferLease l : hoard) {
        l.release();
        assertThrows(IllegalStateException.class, l::release);
      }
      Await.until("all buffers are back", () -> other.pendingSendBytes() == 0 && group.stats().value(LoopMetric.BUFFERS_OUT) == 0);
    }
  }

  private static byte[] bytes(BlockingQueue<BufferLease> hoard, int i) {
    Await.until("datagram " + i, () -> hoard.size() > i);
    BufferLease l = hoard.stream().skip(i).findFirst().orElseThrow();
    byte[] b = new byte[l.length()];
    l.copyTo(0, b, 0, b.length);
    return b;
  }

  @OnEveryCell
  void aFloodOnOneSocketDoesNotStopAnother(Cell cell) throws Exception {
    try (EventLoopGroup group = cell.group(); UdpPeer flood = new UdpPeer(); UdpPeer peer = new UdpPeer()) {
      UdpSocket flooded = UdpPeer.bind(group, new UdpRecorder());
      UdpSocket s = UdpPeer.bind(group, new UdpRecorder.Echo());
      Thread t =
          new Thread(
              () -> {
                try {
                  while (!Thread.interrupted()) {
                    flood.send(flooded, new byte[1000]);
                  }
                } catch (java.io.IOException closed) {
                  // The test is over.
                }
              });
      t.start();
      try {
        for (int i = 0; i < 200; i++) {
          peer.send(s, Content.of(i, 64));
          Content.verify(peer.receive(), i, 0);
        }
      } finally {
        t.interrupt();
        t.join();
      }
    }
  }

  @OnEveryEngine
  void checkedLeasesKnowDatagrams(Cell cell) throws Exception {
    BlockingQueue<BufferLease> stored = new LinkedBlockingQueue<>();
    try (EventLoopGroup group = cell.builder().checkedLeases(true).build(); UdpPeer peer = new UdpPeer()) {
      UdpSocket s =
          UdpPeer.bind(
              group,
              (x, data, info) -> {
                stored.add(data);
                if (data.length() == 20) {
                  x.reply(data, info);
                }
              });
      peer.send(s, Content.of(1, 10));
      BufferLease ended = Await.next(stored);
      IllegalStateException e = Await.on(s.loop(), () -> assertThrows(IllegalStateException.class, ended::length));
      assertTrue(e.getCause().getMessage().contains("UDP socket " + s.id()), e.getCause().getMessage());
      peer.send(s, Content.of(2, 20));
      Content.verify(peer.receive(), 2, 0);
      assertFalse(Await.next(stored).isActive());
    }
  }
}

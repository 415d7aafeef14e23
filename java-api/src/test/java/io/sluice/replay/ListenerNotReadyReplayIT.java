package io.sluice.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.Connection;
import io.sluice.ConnectOptions;
import io.sluice.EventLoopGroup;
import io.sluice.ListenOptions;
import io.sluice.Listener;
import io.sluice.ListenerState;
import io.sluice.api.Await;
import io.sluice.api.Cell;
import io.sluice.api.OnEveryCell;
import io.sluice.api.Recorder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/**
 * js-libp2p: components were started side by side, peer discovery asked the transport for its addresses before the listener
 * existed, and "Listener is not ready yet" broke the start. Here every component may start first.
 */
class ListenerNotReadyReplayIT {
  /** Asks without pause, as a discovery service does, and checks that the answers make sense in their order. */
  private static final class Discovery implements Runnable {
    final AtomicReference<Throwable> fault = new AtomicReference<>();
    final CountDownLatch asked = new CountDownLatch(1);
    private final Listener listener;
    private volatile boolean stop;
    private int phase;

    Discovery(Listener listener) {
      this.listener = listener;
    }

    @Override
    public void run() {
      try {
        while (!stop) {
          ask();
          asked.countDown();
        }
        ask();
      } catch (Throwable t) {
        fault.compareAndSet(null, t);
        asked.countDown();
      }
    }

    /** Empty, then the addresses, then empty again: never back. */
    private void ask() {
      boolean readyBefore = listener.ready().toCompletableFuture().isDone();
      List<SocketAddress> a = listener.addresses();
      int now = a.isEmpty() ? (phase == 0 ? 0 : 2) : 1;
      ListenerState s = listener.state();
      assertTrue(now >= phase, "the addresses came back: " + a);
      assertTrue(now == 0 || s != ListenerState.STARTING, s + " with " + a);
      assertTrue(!readyBefore || now != 0 || s == ListenerState.CLOSED || s == ListenerState.FAILED, "ready without an address");
      listener.reachableAddresses();
      listener.port();
      listener.toString();
      phase = now;
    }
  }

  private static List<List<Integer>> permutations(int n) {
    List<List<Integer>> all = new ArrayList<>(List.of(List.of()));
    for (int i = 0; i < n; i++) {
      List<List<Integer>> longer = new ArrayList<>();
      for (List<Integer> p : all) {
        for (int at = 0; at <= p.size(); at++) {
          List<Integer> q = new ArrayList<>(p);
          q.add(at, i);
          longer.add(q);
        }
      }
      all = longer;
    }
    return all;
  }

  @OnEveryCell
  void addressesAreAskedBeforeDuringAndAfterTheStartInEveryOrder(Cell cell) throws Exception {
    for (List<Integer> order : permutations(4)) {
      try (EventLoopGroup group = cell.builder().threads(2).build()) {
        List<CompletableFuture<Void>> held = new ArrayList<>();
        for (var loop : group.loops()) {
          CompletableFuture<Void> gate = new CompletableFuture<>();
          held.add(gate);
          loop.execute(gate::join); // Nothing can start before every component had its turn.
        }
        Listener listener =
            group.listen(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), ListenOptions.defaults(), c -> new Recorder());
        assertEquals(ListenerState.STARTING, listener.state());
        assertEquals(List.of(), listener.addresses());
        assertEquals(List.of(), listener.reachableAddresses());
        assertEquals(-1, listener.port());
        List<Discovery> discoveries = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        CompletableFuture<Connection> dialled = new CompletableFuture<>();
        for (int component : order) {
          switch (component) {
            case 0:
            case 1:
              Discovery d = new Discovery(listener);
              discoveries.add(d);
              Thread t = new Thread(d);
              threads.add(t);
              t.start();
              break;
            case 2:
              listener
                  .ready()
                  .thenCompose(l -> group.connect(l.addresses().get(0), ConnectOptions.defaults(), new Recorder()))
                  .whenComplete((c, why) -> complete(dialled, c, why));
              break;
            default:
              held.forEach(gate -> gate.complete(null)); // The transport itself.
              break;
          }
        }
        assertTrue(Await.value(dialled).isOpen(), "order " + order);
        for (Discovery d : discoveries) {
          d.asked.await();
        }
        Await.value(listener.close());
        assertEquals(List.of(), listener.addresses());
        for (Discovery d : discoveries) {
          d.stop = true;
        }
        for (Thread t : threads) {
          t.join();
        }
        for (Discovery d : discoveries) {
          assertEquals(null, d.fault.get(), "order " + order);
        }
        Await.value(dialled).abort();
      }
    }
  }

  private static <T> void complete(CompletableFuture<T> f, T value, Throwable why) {
    if (why != null) {
      f.completeExceptionally(why);
    } else {
      f.complete(value);
    }
  }
}

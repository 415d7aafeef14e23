package io.sluice.contract;

import io.sluice.internal.abi.Abi;
import io.sluice.internal.engine.EngineConfig;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * The process of {@link ThrottleIT} that runs out of descriptors. It talks with its parent in lines: {@code PORT n}, then on
 * each line from the parent it goes one step on, and ends with {@code OK}.
 */
final class ThrottleChild {
  private static final int NEW_CONNECTIONS = 6;

  private final RingDriver d;
  private final BufferedReader parent = new BufferedReader(new InputStreamReader(System.in));
  private final ArrayDeque<FileInputStream> hoard = new ArrayDeque<>();
  private final List<Long> accepted = new ArrayList<>();
  private int throttled;
  private int resumed;
  private long accept;

  private ThrottleChild(EngineCell cell) {
    d = new RingDriver(cell.open(new EngineConfig(0, 0, 0, 0, 0, 0, 0, 20, 0, 0)));
  }

  public static void main(String[] args) throws Exception {
    new ThrottleChild(EngineCell.of(args[0], args[1])).run();
  }

  private void run() throws Exception {
    long listener = d.listen();
    accept = Peers.submitAccept(d, listener, Abi.SQE_MULTISHOT);
    say("PORT " + d.inetAddress(listener).getPort());
    // One established connection, and one that ends: their classes are loaded while files can still be opened.
    awaitAccepted(2);
    echo(accepted.get(0));
    d.close(accepted.remove(1));
    takeNotes();
    exhaustDescriptors();
    release(2);
    say("FULL");
    parent.readLine();
    d.awaitCondition(() -> takeNotes() && throttled == 1, "the ACCEPT is throttled");
    if (accepted.size() >= 1 + NEW_CONNECTIONS) {
      throw new AssertionError("accepted all although descriptors ran out");
    }
    say("THROTTLED");
    // The established connection lives on meanwhile.
    echo(accepted.get(0));
    int before = accepted.size();
    d.close(accepted.remove(accepted.size() - 1));
    d.awaitCondition(() -> takeNotes() && accepted.size() >= before, "a closed handle lets the next one in");
    release(hoard.size());
    d.awaitCondition(() -> takeNotes() && accepted.size() == NEW_CONNECTIONS, "all are accepted in the end");
    if (resumed == 0 || resumed != throttled || d.counter(Abi.CTR_THROTTLED) != throttled) {
      throw new AssertionError("throttled " + throttled + ", resumed " + resumed + ", counted " + d.counter(Abi.CTR_THROTTLED));
    }
    d.finish();
    say("OK");
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }

  private void awaitAccepted(int count) {
    d.awaitCondition(() -> takeNotes() && accepted.size() == count, count + " are accepted");
  }

  /** Sorts what came of the ACCEPT; always true. */
  private boolean takeNotes() {
    for (Completion c = d.poll(x -> x.token() == accept); c != null; c = d.poll(x -> x.token() == accept)) {
      if (c.isTerminal()) {
        throw new AssertionError("the ACCEPT has ended: " + c);
      }
      if (!c.isNote()) {
        accepted.add(c.handle());
      } else if (c.detail() == Abi.NOTE_THROTTLED) {
        throttled++;
      } else if (c.detail() == Abi.NOTE_RESUMED) {
        resumed++;
      }
    }
    return true;
  }

  private void echo(long handle) {
    Completion c = d.await(d.submit(Abi.OP_RECV, 0, handle));
    byte[] data = d.data(c);
    Completion sent = d.await(d.submitSend(handle, 0, data));
    RingDriver.check(sent.result(), "SEND " + sent);
  }

  private void exhaustDescriptors() {
    try {
      while (true) {
        hoard.add(new FileInputStream("/dev/null"));
      }
    } catch (IOException full) {
      if (!full.getMessage().contains("Too many open files")) {
        throw new AssertionError(full);
      }
    }
  }

  private void release(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      hoard.remove().close();
    }
  }
}

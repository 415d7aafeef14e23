package io.sluice.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.sluice.contract.Peers.Pair;
import io.sluice.internal.abi.Abi;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What an echo costs in the steady state: no allocation, and so many system calls. Counts, not times. */
class SteadyStateIT extends ContractTest {
  private static final int WARM_UP = 3_000;
  private static final int MEASURED = 5_000;
  /** For the measurement itself and what the JVM does now and then on any thread: less than a byte per echo. */
  private static final int SLACK_BYTES = 4096;

  private EchoLoop loop;
  private final List<Socket> peers = new ArrayList<>();

  SteadyStateIT(EngineCell cell) {
    super(cell);
  }

  /** The driver makes the connections; then the rings are the loop's, whose ring objects begin where the driver's ended. */
  private void open(int connections) throws Exception {
    List<Long> handles = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      Pair p = pair();
      peers.add(p.peer());
      handles.add(p.handle());
    }
    d.turn(0);
    loop = new EchoLoop(d.engine);
    handles.forEach(loop::receive);
  }

  /** The driver's ring objects no longer fit: the engine ends by force. */
  @AfterEach
  void endByForce() {
    if (loop != null) {
      assertEquals(0, d.engine.destroy(true));
      d = null;
    }
  }

  private void echo(int rounds) throws Exception {
    Future<Void> peer = EchoLoop.drive(peers, rounds);
    loop.run((long) rounds * peers.size() * EchoLoop.MESSAGE_BYTES);
    // The echoes of the last round go out with the next enter.
    loop.flush();
    peer.get();
  }

  @Test
  void anEchoAllocatesNothing() throws Exception {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    Assumptions.assumeTrue(threads.isThreadAllocatedMemorySupported(), "this JVM does not count allocation");
    long self = Thread.currentThread().getId();
    open(4);
    Future<Void> peer = EchoLoop.drive(peers, WARM_UP + MEASURED);
    loop.run((long) WARM_UP * peers.size() * EchoLoop.MESSAGE_BYTES);
    threads.getThreadAllocatedBytes(self);
    long before = threads.getThreadAllocatedBytes(self);
    loop.run((long) (MEASURED - 1) * peers.size() * EchoLoop.MESSAGE_BYTES);
    long bytes = threads.getThreadAllocatedBytes(self) - before;
    loop.run((long) peers.size() * EchoLoop.MESSAGE_BYTES);
    loop.flush();
    peer.get();
    System.out.println("SteadyStateIT " + cell + ": " + bytes + " bytes allocated by " + (MEASURED - 1) * peers.size() + " echoes");
    assertTrue(bytes <= SLACK_BYTES, bytes + " bytes allocated by " + (MEASURED - 1) * peers.size() + " echoes");
  }

  @Test
  void systemCallsPerEchoOfOneConnection() throws Exception {
    open(1);
    echo(2000);
    // Wait, receive, send; and room for a few wake-ups that bring nothing, as a busy machine has them.
    expectSyscallsPerEcho(cell.isUring() ? 1.05 : 3.01, 8000, () -> echo(8000));
  }

  @Test
  void systemCallsPerEchoOf64Connections() throws Exception {
    open(64);
    loop.runInLockstep(peers, 20);
    expectSyscallsPerEcho(cell.isUring() ? 0.15 : 2.1, 100 * 64, () -> loop.runInLockstep(peers, 100));
  }

  private interface Work {
    void run() throws Exception;
  }

  private void expectSyscallsPerEcho(double limit, int echoes, Work work) throws Exception {
    long before = loop.counter(Abi.CTR_SYSCALLS);
    work.run();
    // Not counted: the one look with which the measurement itself ends.
    double perEcho = (double) (loop.counter(Abi.CTR_SYSCALLS) - before - 1) / echoes;
    System.out.printf("SteadyStateIT %s: %.3f system calls per echo at %d connections%n", cell, perEcho, peers.size());
    assertTrue(perEcho <= limit, perEcho + " system calls per echo");
  }
}

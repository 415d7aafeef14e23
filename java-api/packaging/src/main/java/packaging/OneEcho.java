package packaging;

import io.sluice.BufferLease;
import io.sluice.Connection;
import io.sluice.ConnectionHandler;
import io.sluice.EventLoopGroup;
import io.sluice.ListenOptions;
import io.sluice.Listener;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** A program that uses Sluice: one byte there and back, and what did it. */
public final class OneEcho implements ConnectionHandler {
  private OneEcho() {}

  /** Prints class and engine report. */
  public static void main(String[] args) throws Exception {
    System.out.println(run());
  }

  /** The name of Sluice's class and the engine report, after an echo. */
  public static String run() throws Exception {
    try (EventLoopGroup group = EventLoopGroup.builder().threads(1).build()) {
      InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      Listener listener = group.listen(any, ListenOptions.defaults(), c -> new OneEcho());
      listener.ready().toCompletableFuture().join();
      try (Socket client = new Socket(InetAddress.getLoopbackAddress(), listener.port())) {
        client.getOutputStream().write(42);
        return "echo " + client.getInputStream().read() + " by " + EventLoopGroup.class.getName() + "\n" + group.report();
      }
    }
  }

  @Override
  public void onData(Connection c, BufferLease data) {
    c.send(data);
  }
}

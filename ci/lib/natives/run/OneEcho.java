import io.sluice.BufferLease;
import io.sluice.Connection;
import io.sluice.ConnectionHandler;
import io.sluice.EventLoopGroup;
import io.sluice.ListenOptions;
import io.sluice.Listener;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** One byte there and back through whatever engine the properties choose; fails when that is the NIO engine. */
public final class OneEcho implements ConnectionHandler {
  public static void main(String[] args) throws Exception {
    try (EventLoopGroup group = EventLoopGroup.builder().threads(1).build()) {
      InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      Listener listener = group.listen(any, ListenOptions.defaults(), c -> new OneEcho());
      listener.ready().toCompletableFuture().join();
      try (Socket client = new Socket(InetAddress.getLoopbackAddress(), listener.port())) {
        client.getOutputStream().write(42);
        if (client.getInputStream().read() != 42 || group.report().engine().equals("nio")) {
          throw new AssertionError(group.report());
        }
      }
      System.out.println(group.report().engine() + "/" + group.report().binding() + " " + group.report().features());
    }
  }

  @Override
  public void onData(Connection c, BufferLease data) {
    c.send(data);
  }
}

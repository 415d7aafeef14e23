package io.sluice.api;

import io.sluice.Connection;
import io.sluice.ConnectionHandler;
import io.sluice.EventLoopGroup;
import io.sluice.ListenOptions;
import io.sluice.Listener;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;

/** A listening group on the loopback interface whose handlers can be waited for. */
public final class Server<H extends ConnectionHandler> implements AutoCloseable {
  public final EventLoopGroup group;
  public final Listener listener;
  /** The handlers of accepted connections, in order. */
  public final BlockingQueue<H> handlers = new LinkedBlockingQueue<>();
  public final BlockingQueue<Connection> connections = new LinkedBlockingQueue<>();

  public Server(EventLoopGroup group, ListenOptions options, Supplier<H> factory) {
    this(group, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), options, factory);
  }

  public Server(EventLoopGroup group, Supplier<H> factory) {
    this(group, ListenOptions.defaults(), factory);
  }

  public Server(EventLoopGroup group, SocketAddress address, ListenOptions options, Supplier<H> factory) {
    this.group = group;
    this.listener =
        group.listen(
            address,
            options,
            c -> {
              H h = factory.get();
              handlers.add(h);
              connections.add(c);
              return h;
            });
    try {
      Await.value(listener.ready());
    } catch (Throwable t) {
      group.close();
      throw t;
    }
  }

  public SocketAddress address() {
    return listener.addresses().get(0);
  }

  /** A JDK client: it shares no code with what is tested. */
  public Socket client() throws java.io.IOException {
    return connected(new Socket());
  }

  /** A client whose kernel buffer for received data is small and does not grow: {@code socket(7)}, SO_RCVBUF. */
  public Socket client(int receiveBufferBytes) throws java.io.IOException {
    Socket s = new Socket();
    s.setReceiveBufferSize(receiveBufferBytes);
    return connected(s);
  }

  private Socket connected(Socket s) throws java.io.IOException {
    s.setSoTimeout((int) Await.LIMIT_SECONDS * 1000);
    s.setTcpNoDelay(true);
    s.connect(address());
    return s;
  }

  /** Without grace: clients that a test leaves open would keep a shutdown in good order waiting for all of it. */
  @Override
  public void close() {
    group.shutdown(Duration.ZERO);
    group.close();
  }
}

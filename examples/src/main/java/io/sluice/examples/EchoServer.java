package io.sluice.examples;

import io.sluice.ConnectionHandler;
import io.sluice.EngineUnavailableException;
import io.sluice.EventLoopGroup;
import io.sluice.ListenOptions;
import io.sluice.Listener;
import io.sluice.TransportException;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.InvalidPathException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;

/**
 * An echo server over TCP or a Unix socket. Prints one line when it accepts connections, and serves until the process is
 * told to end (SIGTERM, SIGINT): then it closes its connections in good order.
 */
public final class EchoServer implements AutoCloseable {
  static final String USAGE =
      "usage: EchoServer [--port N | --unix PATH] [--threads N] " + GroupSettings.USAGE;
  static final int DEFAULT_PORT = 7007;

  private final EventLoopGroup group;
  private final Listener listener;
  private final SocketAddress address;

  private EchoServer(EventLoopGroup group, Listener listener, SocketAddress address) {
    this.group = group;
    this.listener = listener;
    this.address = address;
  }

  /** What the arguments say. */
  record Settings(SocketAddress address, GroupSettings group) {
    static Settings parse(String[] args) throws Arguments.InvalidException {
      Arguments arguments = Arguments.parse(
          args, "--port", "--unix", GroupSettings.THREADS, GroupSettings.ENGINE, GroupSettings.BINDING);
      int port = arguments.integer("--port", DEFAULT_PORT, 0, 65535);
      GroupSettings group = GroupSettings.from(arguments, Runtime.getRuntime().availableProcessors());
      if (!arguments.has("--unix")) {
        return new Settings(new InetSocketAddress(port), group);
      }
      if (arguments.has("--port")) {
        throw new Arguments.InvalidException("--port and --unix exclude each other");
      }
      try {
        return new Settings(UnixDomainSocketAddress.of(arguments.text("--unix")), group);
      } catch (InvalidPathException e) {
        throw new Arguments.InvalidException("--unix " + arguments.text("--unix") + " is no path: " + e.getReason());
      }
    }
  }

  static SocketAddress anyLoopbackPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  public static void main(String[] args) throws InterruptedException {
    EchoServer server = startOrNull(args, System.err);
    if (server == null) {
      return;
    }
    Runtime.getRuntime().addShutdownHook(new Thread(server::close, "echo-server-shutdown"));
    System.out.println(server);
    // The loops' threads are daemons, and standard input is nobody's business here: a service may have none.
    new CountDownLatch(1).await();
  }

  private static EchoServer startOrNull(String[] args, PrintStream err) {
    int exitCode;
    try {
      return start(Settings.parse(args), new EchoHandler());
    } catch (Arguments.InvalidException e) {
      err.println("EchoServer: " + e.getMessage());
      err.println(USAGE);
      exitCode = Arguments.EXIT_BAD_ARGUMENTS;
    } catch (EngineUnavailableException | IOException e) {
      err.println("EchoServer: " + e.getMessage());
      exitCode = Arguments.EXIT_FAILED;
    }
    System.exit(exitCode);
    return null;
  }

  /** Returns when connections are accepted. */
  static EchoServer start(Settings settings, ConnectionHandler handler) throws IOException {
    EventLoopGroup group = settings.group().open();
    Listener listener = group.listen(settings.address(), ListenOptions.defaults(), connection -> handler);
    try {
      listener.ready().toCompletableFuture().join();
    } catch (CompletionException e) {
      group.close();
      if (e.getCause() instanceof TransportException cause) {
        throw cause;
      }
      throw e;
    }
    return new EchoServer(group, listener, settings.address());
  }

  /** -1 for a Unix socket. */
  int port() {
    return listener.port();
  }

  EventLoopGroup group() {
    return group;
  }

  /** Closes listener and connections; a Unix socket's file goes away with its listener. */
  @Override
  public void close() {
    group.close();
  }

  /** The line that says where it listens and on what. */
  @Override
  public String toString() {
    Object where = address instanceof UnixDomainSocketAddress unix ? unix.getPath() : (Object) port();
    io.sluice.EngineReport report = group.report();
    return "listening on " + where + " engine=" + report.engine() + " binding=" + report.binding();
  }
}

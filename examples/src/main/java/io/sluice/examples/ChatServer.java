package io.sluice.examples;

import io.sluice.ConnectionOptions;
import io.sluice.EngineUnavailableException;
import io.sluice.EventLoopGroup;
import io.sluice.ListenOptions;
import io.sluice.Listener;
import io.sluice.TransportException;
import io.sluice.TransportOption;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;

/**
 * A chat over lines of UTF-8 text: {@code nc localhost 7008}. The first line is the nickname, every further line is heard
 * by everybody else. Shows framing ({@link LineSplitter}), back-pressure ({@link ChatMember}) and close reasons ({@link
 * ChatRoom}).
 */
public final class ChatServer implements AutoCloseable {
  static final String USAGE = "usage: ChatServer [--port N] [--max-line BYTES] " + GroupSettings.USAGE;
  static final int DEFAULT_PORT = 7008;
  static final int DEFAULT_MAX_LINE_BYTES = 512;
  /** The longest line that may be allowed. */
  static final int MAX_LINE_BYTES = 4096;

  /** A reader is behind from here on. */
  static final int HIGH_WATER_BYTES = 32 << 10;
  /** A reader has caught up below this. */
  static final int LOW_WATER_BYTES = 8 << 10;
  /** Room above the high-water mark for one more message of any size. */
  static final int SEND_LIMIT_BYTES = 64 << 10;
  /** The kernel's own queue comes on top of ours: without a bound it grows to megabytes for each slow reader. */
  static final int KERNEL_SEND_BUFFER_BYTES = 32 << 10;

  private final EventLoopGroup group;
  private final Listener listener;

  private ChatServer(EventLoopGroup group, Listener listener) {
    this.group = group;
    this.listener = listener;
  }

  /** What the arguments say. */
  record Settings(int port, int maxLineBytes, GroupSettings group) {
    static Settings parse(String[] args) throws Arguments.InvalidException {
      Arguments arguments = Arguments.parse(args, "--port", "--max-line", GroupSettings.ENGINE, GroupSettings.BINDING);
      return new Settings(
          arguments.integer("--port", DEFAULT_PORT, 0, 65535),
          arguments.integer("--max-line", DEFAULT_MAX_LINE_BYTES, 1, MAX_LINE_BYTES),
          // One loop: the room is its property.
          GroupSettings.from(arguments, 1));
    }
  }

  public static void main(String[] args) throws InterruptedException {
    int exitCode;
    try {
      ChatServer server = start(Settings.parse(args), System.out);
      Runtime.getRuntime().addShutdownHook(new Thread(server::close, "chat-server-shutdown"));
      System.out.println(server);
      new CountDownLatch(1).await();
      return;
    } catch (Arguments.InvalidException e) {
      System.err.println("ChatServer: " + e.getMessage());
      System.err.println(USAGE);
      exitCode = Arguments.EXIT_BAD_ARGUMENTS;
    } catch (EngineUnavailableException | IOException e) {
      System.err.println("ChatServer: " + e.getMessage());
      exitCode = Arguments.EXIT_FAILED;
    }
    System.exit(exitCode);
  }

  /** Returns when connections are accepted. */
  static ChatServer start(Settings settings, PrintStream log) throws IOException {
    ListenOptions options = ListenOptions.defaults().withConnections(
        ConnectionOptions.defaults()
            .withSendBounds(LOW_WATER_BYTES, HIGH_WATER_BYTES, SEND_LIMIT_BYTES)
            .with(TransportOption.SO_SNDBUF, KERNEL_SEND_BUFFER_BYTES));
    ChatRoom room = new ChatRoom(settings.maxLineBytes(), log);
    EventLoopGroup group = settings.group().open();
    Listener listener = group.listen(
        new InetSocketAddress(settings.port()), options, connection -> new ChatMember(room, connection));
    try {
      listener.ready().toCompletableFuture().join();
    } catch (CompletionException e) {
      group.close();
      if (e.getCause() instanceof TransportException cause) {
        throw cause;
      }
      throw e;
    }
    return new ChatServer(group, listener);
  }

  int port() {
    return listener.port();
  }

  @Override
  public void close() {
    group.close();
  }

  @Override
  public String toString() {
    io.sluice.EngineReport report = group.report();
    return "listening on " + port() + " engine=" + report.engine() + " binding=" + report.binding();
  }
}

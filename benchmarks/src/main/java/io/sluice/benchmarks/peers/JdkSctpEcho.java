package io.sluice.benchmarks.peers;

import com.sun.nio.sctp.MessageInfo;
import com.sun.nio.sctp.SctpChannel;
import com.sun.nio.sctp.SctpServerChannel;
import com.sun.nio.sctp.SctpStandardSocketOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;

/**
 * The echo server on the JDK's SCTP ({@code com.sun.nio.sctp}, the kernel's SCTP through libsctp): {@code --port N}. One thread, one
 * selector, a direct buffer; one message is read and sent back for each selected key, and one association accepted, which spares the
 * call that would only say that there is no more.
 */
public final class JdkSctpEcho {
  private static final int BUFFER_BYTES = 64 << 10;
  private static final int BACKLOG = 128;

  private final Selector selector;
  private final SctpServerChannel listener;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);

  private JdkSctpEcho(Selector selector, SctpServerChannel listener) {
    this.selector = selector;
    this.listener = listener;
  }

  public static void main(String[] args) throws IOException {
    PeerOptions options = new PeerOptions(args);
    Selector selector = Selector.open();
    SctpServerChannel listener = SctpServerChannel.open();
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), options.port()), BACKLOG);
    listener.configureBlocking(false);
    listener.register(selector, SelectionKey.OP_ACCEPT);
    Thread loop = new Thread(new JdkSctpEcho(selector, listener)::run, "jdk-sctp");
    loop.start();
    ServerConsole.serve(Integer.toString(options.port()), "jdk", "sctp", loop);
  }

  private void run() {
    try {
      while (true) {
        selector.select(this::serve);
      }
    } catch (IOException e) {
      e.printStackTrace();
      System.exit(1);
    }
  }

  private void serve(SelectionKey key) {
    try {
      if (key.channel() == listener) {
        accept();
      } else {
        echo((SctpChannel) key.channel());
      }
    } catch (IOException e) {
      close(key); // an association that was aborted says so by an exception
    }
  }

  /** One for each selected key: see {@code kernel_echo.c}. */
  private void accept() throws IOException {
    SctpChannel channel = listener.accept();
    if (channel != null) {
      channel.configureBlocking(false);
      channel.setOption(SctpStandardSocketOptions.SCTP_NODELAY, true);
      channel.register(selector, SelectionKey.OP_READ);
    }
  }

  private void echo(SctpChannel channel) throws IOException {
    buffer.clear();
    MessageInfo info = channel.receive(buffer, null, null);
    if (info == null) {
      return; // a notification, and nothing behind it
    }
    if (info.bytes() < 0) {
      channel.close();
      return;
    }
    buffer.flip();
    channel.send(buffer, MessageInfo.createOutgoing(null, info.streamNumber()).payloadProtocolID(info.payloadProtocolID()));
  }

  private static void close(SelectionKey key) {
    try {
      key.channel().close();
    } catch (IOException e) {
      // Nothing is left that could be closed.
    }
  }
}

package io.sluice.benchmarks.peers;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.File;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.concurrent.CompletableFuture;

/**
 * The netty echo server: {@code --transport nio|epoll|io_uring|io_uring_ring} and {@code --port N} or {@code --unix PATH}.
 *
 * <p>One event loop thread for accepting and for connections, netty's default allocator, TCP_NODELAY, one flush per read
 * burst: what netty's own documentation recommends for an echo.
 */
public final class NettyEcho {
  private NettyEcho() {}

  public static void main(String[] args) throws Exception {
    PeerOptions options = new PeerOptions(args);
    NettyTransport transport = NettyTransport.named(options.get("--transport", "nio"));
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, transport.handlerFactory());
    boolean unix = options.unixPath() != null;
    ServerBootstrap bootstrap = new ServerBootstrap()
        .group(group)
        .channelFactory(unix ? transport.unixChannels() : transport.tcpChannels())
        .option(ChannelOption.SO_BACKLOG, PeerOptions.BACKLOG)
        .childHandler(new ChannelInitializer<Channel>() {
          @Override
          protected void initChannel(Channel channel) {
            channel.pipeline().addLast(Echo.INSTANCE);
          }
        });
    if (!unix) {
      bootstrap.childOption(ChannelOption.TCP_NODELAY, true);
    }
    transport.configureConnections(bootstrap);
    Channel listener = bootstrap.bind(address(options, transport)).sync().channel();
    CompletableFuture<Thread> loopThread = new CompletableFuture<>();
    listener.eventLoop().execute(() -> loopThread.complete(Thread.currentThread()));
    ServerConsole.serve(where(options, listener), transport.engine(), "netty", loopThread.get());
  }

  private static SocketAddress address(PeerOptions options, NettyTransport transport) {
    if (options.unixPath() == null) {
      return new InetSocketAddress(InetAddress.getLoopbackAddress(), options.port());
    }
    File path = new File(options.unixPath());
    path.delete();
    return transport == NettyTransport.NIO ? UnixDomainSocketAddress.of(path.toPath()) : new DomainSocketAddress(path);
  }

  private static String where(PeerOptions options, Channel listener) {
    return listener.localAddress() instanceof InetSocketAddress a ? Integer.toString(a.getPort()) : options.unixPath();
  }

  /** Writes what it reads; flushes when the burst is over, so that several reads become one write. */
  @ChannelHandler.Sharable
  private static final class Echo extends ChannelInboundHandlerAdapter {
    static final Echo INSTANCE = new Echo();

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      context.write(message, context.voidPromise());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      context.flush();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }
}

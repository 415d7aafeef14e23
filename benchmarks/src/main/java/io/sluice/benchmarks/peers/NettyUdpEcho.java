package io.sluice.benchmarks.peers;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.unix.SegmentedDatagramPacket;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringDatagramChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;

/**
 * The netty echo server of UDP: {@code --transport nio|epoll|io_uring --port N}. One event loop, one socket for IPv4, one flush per
 * read burst. epoll reads with recvmmsg and writes with sendmmsg, io_uring submits as many reads and writes at a time; how many,
 * {@code --batch} says. With {@code --gro 1} the datagrams of a burst from one peer leave as a train, and epoll receives trains.
 */
public final class NettyUdpEcho {
  /** Room for one datagram, and for a train. */
  private static final int DATAGRAM_BYTES = 2048;
  private static final int TRAIN_BYTES = 64 << 10;
  private static final int TRAIN_DATAGRAMS = 64;
  /** Datagrams of one call, as many as Sluice takes at most. Not tuned beyond that. */
  private static final String BATCH = "64";

  private NettyUdpEcho() {}

  public static void main(String[] args) throws Exception {
    PeerOptions options = new PeerOptions(args);
    NettyTransport transport = NettyTransport.named(options.get("--transport", "nio"));
    boolean trains = options.get("--gro", "0").equals("1");
    int batch = transport == NettyTransport.NIO ? 1 : Integer.parseInt(options.get("--batch", BATCH));
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, transport.handlerFactory());
    Bootstrap bootstrap = new Bootstrap()
        .group(group)
        .option(ChannelOption.SO_RCVBUF, PeerOptions.UDP_SOCKET_BYTES)
        .option(ChannelOption.MAX_MESSAGES_PER_WRITE, Integer.MAX_VALUE)
        .handler(trains ? new TrainEcho() : new Echo());
    configure(bootstrap, transport, trains, batch);
    InetSocketAddress local = new InetSocketAddress(InetAddress.getLoopbackAddress(), options.port());
    Channel channel = bootstrap.bind(local).sync().channel();
    CompletableFuture<Thread> loopThread = new CompletableFuture<>();
    channel.eventLoop().execute(() -> loopThread.complete(Thread.currentThread()));
    String port = Integer.toString(((InetSocketAddress) channel.localAddress()).getPort());
    ServerConsole.serve(port, transport.engine(), "netty", loopThread.get());
  }

  /** Buffers for a batch of datagrams, of which netty then makes slices; or for one train. */
  private static void configure(Bootstrap bootstrap, NettyTransport transport, boolean trains, int batch) {
    boolean whole = trains && transport == NettyTransport.EPOLL;
    FixedRecvByteBufAllocator buffers = new FixedRecvByteBufAllocator(whole ? TRAIN_BYTES : batch * DATAGRAM_BYTES);
    buffers.maxMessagesPerRead(Integer.parseInt(BATCH));
    bootstrap.option(ChannelOption.RECVBUF_ALLOCATOR, buffers);
    switch (transport) {
      case NIO -> bootstrap.channelFactory(() -> new NioDatagramChannel(SocketProtocolFamily.INET));
      case EPOLL -> bootstrap.channelFactory(() -> new EpollDatagramChannel(SocketProtocolFamily.INET))
          .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, whole ? TRAIN_BYTES : DATAGRAM_BYTES)
          .option(EpollChannelOption.UDP_GRO, whole);
      default -> bootstrap.channelFactory(() -> new IoUringDatagramChannel(SocketProtocolFamily.INET))
          .option(IoUringChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, DATAGRAM_BYTES);
    }
  }

  /** Writes what it reads; flushes when the burst is over. */
  private static final class Echo extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      DatagramPacket packet = (DatagramPacket) message;
      context.write(new DatagramPacket(packet.content(), packet.sender()), context.voidPromise());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      context.flush();
    }
  }

  /** Joins what comes of one peer in a burst: netty hands out the datagrams of a train one by one. */
  private static final class TrainEcho extends ChannelInboundHandlerAdapter {
    private ByteBuf train;
    private InetSocketAddress to;
    private int segment;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      DatagramPacket packet = (DatagramPacket) message;
      ByteBuf content = packet.content();
      int bytes = content.readableBytes();
      if (train != null && (bytes != segment || !packet.sender().equals(to) || train.readableBytes() == TRAIN_DATAGRAMS * segment
          || train.readableBytes() + bytes > TRAIN_BYTES - 1024)) {
        leave(context);
      }
      if (train == null) {
        train = context.alloc().directBuffer(TRAIN_BYTES);
        to = packet.sender();
        segment = bytes;
      }
      train.writeBytes(content);
      content.release();
    }

    private void leave(ChannelHandlerContext context) {
      context.write(new SegmentedDatagramPacket(train, segment, to), context.voidPromise());
      train = null;
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      if (train != null) {
        leave(context);
      }
      context.flush();
    }
  }
}

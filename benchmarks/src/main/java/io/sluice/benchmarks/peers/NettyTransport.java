package io.sluice.benchmarks.peers;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelFactory;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.uring.IoUringBufferRingConfig;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringFixedBufferRingAllocator;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringIoHandlerConfig;
import io.netty.channel.uring.IoUringServerDomainSocketChannel;
import io.netty.channel.uring.IoUringServerSocketChannel;

/** netty's four ways to move bytes on Linux, each set up as well as its public options allow. */
enum NettyTransport {
  NIO("nio", NioServerSocketChannel::new, NioServerDomainSocketChannel::new) {
    @Override
    IoHandlerFactory handlerFactory() {
      return NioIoHandler.newFactory();
    }
  },
  EPOLL("epoll", EpollServerSocketChannel::new, EpollServerDomainSocketChannel::new) {
    @Override
    IoHandlerFactory handlerFactory() {
      return EpollIoHandler.newFactory();
    }
  },
  IO_URING("io_uring", IoUringServerSocketChannel::new, IoUringServerDomainSocketChannel::new) {
    @Override
    IoHandlerFactory handlerFactory() {
      return IoUringIoHandler.newFactory();
    }
  },
  /**
   * With a provided-buffer ring netty also uses multishot receive, and incremental buffers where the kernel has them.
   * The sizes are the best of those tried: fewer buffers, larger ones and non-incremental ones were all slower.
   */
  IO_URING_RING("io_uring_ring", IoUringServerSocketChannel::new, IoUringServerDomainSocketChannel::new) {
    @Override
    IoHandlerFactory handlerFactory() {
      IoUringBufferRingConfig ring = IoUringBufferRingConfig.builder()
          .bufferGroupId(RING_GROUP)
          .bufferRingSize(RING_BUFFERS)
          .batchSize(RING_BATCH)
          .allocator(new IoUringFixedBufferRingAllocator(RING_BUFFER_BYTES))
          .build();
      return IoUringIoHandler.newFactory(new IoUringIoHandlerConfig().setBufferRingConfig(ring));
    }

    @Override
    void configureConnections(ServerBootstrap bootstrap) {
      bootstrap.childOption(IoUringChannelOption.IO_URING_BUFFER_GROUP_ID, RING_GROUP);
    }
  };

  private static final short RING_GROUP = 0;
  private static final short RING_BUFFERS = 1024;
  private static final int RING_BATCH = 512;
  private static final int RING_BUFFER_BYTES = 16384;

  private final String engine;
  private final ChannelFactory<? extends ServerChannel> tcpChannels;
  private final ChannelFactory<? extends ServerChannel> unixChannels;

  NettyTransport(
      String engine,
      ChannelFactory<? extends ServerChannel> tcpChannels,
      ChannelFactory<? extends ServerChannel> unixChannels) {
    this.engine = engine;
    this.tcpChannels = tcpChannels;
    this.unixChannels = unixChannels;
  }

  static NettyTransport named(String engine) {
    for (NettyTransport transport : values()) {
      if (transport.engine.equals(engine)) {
        return transport;
      }
    }
    throw new IllegalArgumentException("--transport " + engine + " is unknown; known: nio, epoll, io_uring, io_uring_ring");
  }

  abstract IoHandlerFactory handlerFactory();

  void configureConnections(ServerBootstrap bootstrap) {}

  String engine() {
    return engine;
  }

  ChannelFactory<? extends ServerChannel> tcpChannels() {
    return tcpChannels;
  }

  ChannelFactory<? extends ServerChannel> unixChannels() {
    return unixChannels;
  }
}

package io.sluice.benchmarks.peers;

import io.sluice.BufferLease;
import io.sluice.DatagramInfo;
import io.sluice.EngineReport;
import io.sluice.EventLoopGroup;
import io.sluice.TransportOption;
import io.sluice.UdpDestination;
import io.sluice.UdpHandler;
import io.sluice.UdpOptions;
import io.sluice.UdpSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * The Sluice echo server of UDP: {@code --engine io_uring|epoll|nio --binding jni|ffm|jna --port N}. One loop, one socket, received
 * buffers sent back without a copy. With {@code --gro 1} trains of datagrams come and go as one.
 */
public final class SluiceUdpEcho {
  private static final int TRAIN_BUFFER_BYTES = 64 << 10;
  private static final int TRAIN_BUFFERS = 256;

  private SluiceUdpEcho() {}

  public static void main(String[] args) throws IOException, InterruptedException, ExecutionException {
    PeerOptions options = new PeerOptions(args);
    boolean trains = options.get("--gro", "0").equals("1");
    EventLoopGroup.Builder builder = EventLoopGroup.builder().threads(1).engine(options.get("--engine", "auto"));
    String binding = options.get("--binding", null);
    if (binding != null) {
      builder.binding(binding);
    }
    String bufferBytes = options.get("--buffer-bytes", null);
    if (bufferBytes != null) {
      builder.receiveBuffers(Integer.parseInt(bufferBytes), EventLoopGroup.Builder.DEFAULT_RECEIVE_BUFFER_COUNT);
    } else if (trains) {
      builder.receiveBuffers(TRAIN_BUFFER_BYTES, TRAIN_BUFFERS);
    }
    EventLoopGroup group = builder.build();
    UdpOptions socketOptions = UdpOptions.defaults().with(TransportOption.SO_RCVBUF, PeerOptions.UDP_SOCKET_BYTES);
    if (trains) {
      socketOptions = socketOptions.with(TransportOption.UDP_GRO, true);
    }
    InetSocketAddress local = new InetSocketAddress(InetAddress.getLoopbackAddress(), options.port());
    UdpHandler handler = trains ? new TrainEcho() : (socket, data, info) -> socket.reply(data, info);
    UdpSocket socket = group.bindUdp(local, socketOptions, handler).toCompletableFuture().get();
    CompletableFuture<Thread> loopThread = new CompletableFuture<>();
    socket.loop().execute(() -> loopThread.complete(Thread.currentThread()));
    EngineReport report = group.report();
    ServerConsole.serve(
        Integer.toString(socket.localAddress().getPort()), report.engine(), report.binding(), loopThread.get());
  }

  /** What came as a train goes back as one: a destination for each peer says the size of its datagrams. */
  private static final class TrainEcho implements UdpHandler {
    private final Map<InetSocketAddress, UdpDestination> trains = new HashMap<>();

    @Override
    public void onDatagram(UdpSocket socket, BufferLease data, DatagramInfo info) {
      int segment = info.segmentBytes();
      if (segment == 0) {
        socket.reply(data, info);
        return;
      }
      InetSocketAddress source = info.source();
      UdpDestination to = trains.get(source);
      if (to == null || to.segmentBytes() != segment) {
        to = info.reply().withSegmentBytes(segment);
        trains.put(source, to);
      }
      socket.send(data, to);
    }
  }
}

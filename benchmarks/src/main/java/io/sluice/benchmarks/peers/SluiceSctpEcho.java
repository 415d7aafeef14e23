package io.sluice.benchmarks.peers;

import io.sluice.BufferLease;
import io.sluice.EngineReport;
import io.sluice.EventLoopGroup;
import io.sluice.SendResult;
import io.sluice.sctp.SctpAddress;
import io.sluice.sctp.SctpAssociation;
import io.sluice.sctp.SctpBackend;
import io.sluice.sctp.SctpClose;
import io.sluice.sctp.SctpHandler;
import io.sluice.sctp.SctpListener;
import io.sluice.sctp.SctpMessageInfo;
import io.sluice.sctp.SctpOptions;
import io.sluice.sctp.SctpStackOptions;
import io.sluice.sctp.SctpTransport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * The Sluice echo server over SCTP: {@code --engine io_uring|epoll|nio --binding jni|ffm|jna --port N} (of UDP), {@code --loops N}
 * (1), {@code --backend udp|kernel} (udp; with kernel the port is SCTP's), default options. A peer's abort has the time of the call as its reason: {@code closes}, {@code close_p50}, {@code close_p99} and
 * {@code close_max} tell how long it took, in nanoseconds, until {@code onClosed} ran; {@code forget} begins anew.
 */
public final class SluiceSctpEcho {
  private static final int SCTP_PORT = 5000;

  private SluiceSctpEcho() {}

  public static void main(String[] args) throws IOException, InterruptedException, ExecutionException {
    PeerOptions options = new PeerOptions(args);
    EventLoopGroup.Builder builder = EventLoopGroup.builder().threads(Integer.parseInt(options.get("--loops", "1"))).engine(options.get("--engine", "auto"));
    String binding = options.get("--binding", null);
    if (binding != null) {
      builder.binding(binding);
    }
    EventLoopGroup group = builder.build();
    Latencies closes = new Latencies();
    SctpBackend backend = SctpBackend.valueOf(options.get("--backend", "udp").toUpperCase(Locale.ROOT));
    InetAddress host = InetAddress.getLoopbackAddress();
    SctpAddress local = backend == SctpBackend.KERNEL
        ? SctpAddress.overIp(host, options.port())
        : SctpAddress.overUdp(new InetSocketAddress(host, options.port()), SCTP_PORT);
    SctpTransport sctp = SctpTransport.over(group, backend, SctpStackOptions.defaults());
    SctpListener listener = sctp.listen(local, SctpOptions.defaults(), a -> new Echo(closes));
    listener.ready().toCompletableFuture().get();
    CompletableFuture<Thread> loopThread = new CompletableFuture<>();
    group.loops().get(0).execute(() -> loopThread.complete(Thread.currentThread()));
    EngineReport report = group.report();
    SctpAddress bound = listener.addresses().get(0);
    String where = Integer.toString(bound.isOverUdp() ? bound.udp().getPort() : bound.port());
    ServerConsole.serve(where, report.engine(), report.binding(), loopThread.get(), closes::answer);
  }

  /** Sends back what comes. */
  private record Echo(Latencies closes) implements SctpHandler {
    @Override
    public void onMessage(SctpAssociation association, BufferLease data, SctpMessageInfo info) {
      SendResult result = association.send(data.buffer(), info.stream(), info.ppid());
      if (result == SendResult.REJECTED) {
        association.abort("the echo does not fit");
      }
    }

    @Override
    public void onClosed(SctpAssociation association, SctpClose close) {
      long now = System.nanoTime();
      String reason = close.abortReasonText();
      if (close.isByPeer() && !reason.isEmpty()) {
        closes.add(now - Long.parseLong(reason)); // both clocks are CLOCK_MONOTONIC
      }
    }
  }

  private static final class Latencies {
    private static final int KEPT = 1 << 20;
    private final long[] nanos = new long[KEPT];
    private int count;

    synchronized void add(long latency) {
      nanos[count++ % KEPT] = latency;
    }

    synchronized long answer(String question) {
      int n = Math.min(count, KEPT);
      long[] sorted = Arrays.copyOf(nanos, n);
      Arrays.sort(sorted);
      return switch (question) {
        case "closes" -> n;
        case "close_p50" -> n == 0 ? 0 : sorted[(n - 1) / 2];
        case "close_p99" -> n == 0 ? 0 : sorted[(int) ((n - 1) * 0.99)];
        case "close_max" -> n == 0 ? 0 : sorted[n - 1];
        case "forget" -> count = 0;
        default -> throw new IllegalArgumentException("question \"" + question + "\" is unknown");
      };
    }
  }
}

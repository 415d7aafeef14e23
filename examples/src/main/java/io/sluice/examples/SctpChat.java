package io.sluice.examples;

import io.sluice.BufferLease;
import io.sluice.EventLoopGroup;
import io.sluice.TransportException;
import io.sluice.sctp.SctpAddress;
import io.sluice.sctp.SctpAssociation;
import io.sluice.sctp.SctpClose;
import io.sluice.sctp.SctpHandler;
import io.sluice.sctp.SctpListener;
import io.sluice.sctp.SctpLiveness;
import io.sluice.sctp.SctpMessageInfo;
import io.sluice.sctp.SctpOptions;
import io.sluice.sctp.SctpTransport;
import io.sluice.sctp.SctpUnavailableException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;

/**
 * A chat over SCTP: messages need no framing, and everybody learns how somebody else left.
 *
 * <pre>
 *  SctpChat --port 9899                             the room
 *  SctpChat --port 9899 --connect 127.0.0.1         a member: every line of standard input is said; the end of it is goodbye
 * </pre>
 *
 * What is said goes on stream 0, who comes and goes on stream 1: news do not wait behind talk.
 */
public final class SctpChat implements AutoCloseable {
  static final String USAGE = "usage: SctpChat [--port UDP_PORT] [--connect HOST] " + GroupSettings.USAGE;
  static final int SCTP_PORT = 7008;
  static final int TALK = 0;
  static final int NEWS = 1;
  /** A member that is silent is given up within 3 seconds. */
  private static final SctpOptions OPTIONS = SctpOptions.defaults().withLiveness(SctpLiveness.FAST).withStreams(2, 2);

  private final EventLoopGroup group;
  private final SctpTransport sctp;
  private final PrintStream out;

  SctpChat(GroupSettings settings, PrintStream out) {
    this.out = out;
    group = settings.open();
    try {
      sctp = SctpTransport.over(group);
    } catch (SctpUnavailableException e) {
      group.close();
      throw e;
    }
  }

  public static void main(String[] args) throws InterruptedException {
    System.exit(run(args));
  }

  private static int run(String[] args) throws InterruptedException {
    try {
      Arguments a = Arguments.parse(args, "--port", "--connect", GroupSettings.ENGINE, GroupSettings.BINDING);
      int port = a.integer("--port", SctpAddress.DEFAULT_UDP_PORT, 1, SctpAddress.MAX_PORT);
      // One loop: the room is its property.
      try (SctpChat chat = new SctpChat(GroupSettings.from(a, 1), System.out)) {
        if (a.has("--connect")) {
          chat.talk(InetAddress.getByName(a.text("--connect")), port);
        } else {
          System.out.println("listening on " + chat.listen(new InetSocketAddress(port)).addresses());
          new CountDownLatch(1).await();
        }
        return 0;
      }
    } catch (Arguments.InvalidException e) {
      System.err.println("SctpChat: " + e.getMessage());
      System.err.println(USAGE);
      return Arguments.EXIT_BAD_ARGUMENTS;
    } catch (IOException | IllegalStateException e) {
      System.err.println("SctpChat: " + e.getMessage());
      return Arguments.EXIT_FAILED;
    }
  }

  // ------------------------------------------------------------------------------------------- the room

  /** Returns when members are let in. */
  SctpListener listen(InetSocketAddress udp) throws TransportException {
    Map<Long, SctpAssociation> members = new LinkedHashMap<>(); // Of the one loop.
    SctpListener l = sctp.listen(SctpAddress.overUdp(udp, SCTP_PORT), OPTIONS, a -> new Member(members));
    return await(l.ready());
  }

  private final class Member implements SctpHandler {
    private final Map<Long, SctpAssociation> members;

    Member(Map<Long, SctpAssociation> members) {
      this.members = members;
    }

    private void tell(SctpAssociation about, int stream, String text) {
      out.println(text);
      for (SctpAssociation m : members.values()) {
        if (m != about) {
          m.send(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), stream, 0); // Who is behind misses it.
        }
      }
    }

    private String name(SctpAssociation a) {
      return "member " + a.id();
    }

    @Override
    public void onOpen(SctpAssociation a) {
      members.put(a.id(), a);
      tell(a, NEWS, name(a) + " joined from " + a.remoteAddress());
    }

    @Override
    public void onMessage(SctpAssociation a, BufferLease data, SctpMessageInfo info) {
      tell(a, TALK, name(a) + ": " + StandardCharsets.UTF_8.decode(data.buffer()));
    }

    @Override
    public void onClosed(SctpAssociation a, SctpClose why) {
      members.remove(a.id());
      tell(a, NEWS, name(a) + " left: " + why);
    }
  }

  // ------------------------------------------------------------------------------------------- a member

  CompletionStage<SctpAssociation> join(InetSocketAddress udp) {
    return sctp.connect(SctpAddress.overUdp(udp, SCTP_PORT), OPTIONS, new SctpHandler() {
      @Override
      public void onMessage(SctpAssociation a, BufferLease data, SctpMessageInfo info) {
        out.println((info.stream() == NEWS ? "* " : "") + StandardCharsets.UTF_8.decode(data.buffer()));
      }

      @Override
      public void onClosed(SctpAssociation a, SctpClose why) {
        out.println("* over: " + why);
      }
    });
  }

  private void talk(InetAddress host, int port) throws IOException {
    SctpAssociation room = await(join(new InetSocketAddress(host, port)));
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null && room.isOpen(); line = in.readLine()) {
      if (!line.isEmpty()) { // SCTP has no empty messages.
        room.send(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)), TALK, 0);
      }
    }
    room.close().toCompletableFuture().join();
  }

  private static <T> T await(CompletionStage<T> stage) throws TransportException {
    try {
      return stage.toCompletableFuture().join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof TransportException cause) {
        throw cause;
      }
      throw e;
    }
  }

  @Override
  public void close() {
    group.close();
  }
}

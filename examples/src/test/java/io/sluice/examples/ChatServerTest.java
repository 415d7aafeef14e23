package io.sluice.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ChatServerTest {
  private static final int PATIENCE_MILLIS = 30_000;

  private final Log log = new Log();

  @ParameterizedTest
  @MethodSource("io.sluice.examples.Engines#all")
  void everybodyElseHearsALineHoweverItWasCut(GroupSettings group) throws Exception {
    try (ChatServer server = start(group); Person ann = new Person(server, "ann"); Person bob = new Person(server, "bob")) {
      assertEquals("* bob joined", ann.hears());
      bob.types("hel");
      bob.types("lo\nsecond\nthi");
      bob.types("rd\n");
      assertEquals("bob: hello", ann.hears());
      assertEquals("bob: second", ann.hears());
      assertEquals("bob: third", ann.hears());
      ann.types("x".repeat(ChatServer.DEFAULT_MAX_LINE_BYTES + 1) + "\n/who\n");
      assertEquals("* a line may have at most 512 bytes: yours was dropped", ann.hears());
      assertEquals("* here: ann bob", ann.hears());
    }
  }

  @ParameterizedTest
  @MethodSource("io.sluice.examples.Engines#all")
  void aNicknameIsTakenOnceAndFreeAgainAfterwards(GroupSettings group) throws Exception {
    try (ChatServer server = start(group); Person ann = new Person(server, "ann")) {
      try (Person second = new Person(server)) {
        second.types("ann\n");
        assertEquals("* ann is taken, choose another", second.hears());
        second.types("no spaces\n");
        assertTrue(second.hears().startsWith("* not a nickname"));
      }
      log.waitFor("somebody without a nickname left: PEER_CLOSE ");
      ann.types("/quit\n");
      assertEquals("* goodbye", ann.hears());
      log.waitFor("ann left: LOCAL_CLOSE ");
      new Person(server, "ann").close();
      log.waitFor("ann left: PEER_CLOSE ");
    }
  }

  @ParameterizedTest
  @MethodSource("io.sluice.examples.Engines#all")
  void aSlowReaderMissesCountedLinesAndNobodyElseDoes(GroupSettings group) throws Exception {
    int lines = 4000;
    String filler = " " + "y".repeat(400);
    try (ChatServer server = start(group);
        Person slow = new Person(server, "slow");
        Person speaker = new Person(server, "speaker")) {
      assertEquals("* speaker joined", slow.hears());
      for (int i = 0; i < lines; i++) {
        speaker.types(i + filler + "\n");
      }
      // The answer comes after everything typed before it was dealt with: from here on nothing more is dropped.
      speaker.types("/who\n");
      assertEquals("* here: slow speaker", speaker.hears());
      slow.types("sorry\n");

      // The kernel takes more now and then, so the gaps may be several: each is told where it is, with its exact size.
      Matcher gap = Pattern.compile("\\* you missed (\\d+) messages: you read too slowly").matcher("");
      int next = 0;
      int missed = 0;
      while (next < lines) {
        String line = slow.hears();
        if (gap.reset(line).matches()) {
          int size = Integer.parseInt(gap.group(1));
          missed += size;
          next += size;
        } else {
          assertEquals("speaker: " + next + filler, line);
          next++;
        }
      }
      assertEquals(lines, next);
      assertTrue(missed > 0, "nothing was dropped");
      assertEquals("slow: sorry", speaker.hears());
      speaker.types("end\n");
      assertEquals("speaker: end", slow.hears());
    }
  }

  @ParameterizedTest
  @MethodSource("io.sluice.examples.Engines#all")
  void aResetIsToldApartFromAClose(GroupSettings group) throws Exception {
    try (ChatServer server = start(group); Person ann = new Person(server, "ann")) {
      try (Person bob = new Person(server, "bob")) {
        bob.socket.setSoLinger(true, 0);
      }
      String line = log.waitFor("bob left: ");
      assertTrue(line.startsWith("bob left: PEER_RESET initiator=PEER expected=false"), line);
      assertEquals("* bob joined", ann.hears());
      assertEquals("* bob left", ann.hears());
    }
  }

  private ChatServer start(GroupSettings group) throws IOException {
    return ChatServer.start(new ChatServer.Settings(0, ChatServer.DEFAULT_MAX_LINE_BYTES, group), log);
  }

  private static final class Person implements AutoCloseable {
    private final Socket socket = new Socket();
    private final OutputStream out;
    private final BufferedReader in;

    /** Connects and reads the greeting. */
    Person(ChatServer server) throws IOException {
      // Before connect, because it decides the window. Without it the kernel would take megabytes for a slow reader.
      socket.setReceiveBufferSize(64 << 10);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
      socket.setSoTimeout(PATIENCE_MILLIS);
      out = socket.getOutputStream();
      in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      assertTrue(hears().startsWith("* your nickname?"));
    }

    Person(ChatServer server, String nickname) throws IOException {
      this(server);
      types(nickname + "\n");
      assertTrue(hears().startsWith("* welcome, " + nickname));
    }

    void types(String text) throws IOException {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    String hears() throws IOException {
      String line = in.readLine();
      assertNotNull(line, "the server closed the connection");
      return line;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  /** The server's log as a queue of lines. */
  private static final class Log extends PrintStream {
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    Log() {
      super(OutputStream.nullOutputStream());
    }

    @Override
    public void println(String line) {
      lines.add(line);
    }

    /** The next line, which must begin with {@code prefix}. */
    String waitFor(String prefix) throws InterruptedException {
      String line = lines.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      assertNotNull(line, "nothing was logged");
      assertTrue(line.startsWith(prefix), line);
      return line;
    }
  }
}

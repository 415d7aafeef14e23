package io.sluice.examples;

import io.sluice.BufferLease;
import io.sluice.CloseReason;
import io.sluice.Connection;
import io.sluice.ConnectionHandler;
import io.sluice.SendResult;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * One person in a {@link ChatRoom}. All of it runs on the room's event loop.
 *
 * <p>Somebody who does not read gets nothing more once the send queue is saturated: messages are dropped and counted, and
 * nothing is read from that connection either. When the queue has drained, the member is told how many were missed.
 *
 * <pre>
 *   CURRENT --send answers SATURATED: pause reading--> BEHIND (drops and counts)
 *      ^                                                  |
 *      +--------onWritable: tell the count, resume--------+
 * </pre>
 */
final class ChatMember implements ConnectionHandler {
  private static final Pattern NICKNAME = Pattern.compile("[A-Za-z0-9_-]{1,20}");
  private static final String NICKNAME_RULE = "1 to 20 of the characters A-Z a-z 0-9 _ -";

  private final ChatRoom room;
  private final Connection connection;
  private final LineSplitter lines;
  private final LineSplitter.Sink sink = new LineSplitter.Sink() {
    @Override
    public boolean onLine(ByteBuffer line) {
      return said(line);
    }

    @Override
    public boolean onTooLong() {
      tell("* a line may have at most " + room.maxLineBytes() + " bytes: yours was dropped");
      return true;
    }
  };
  private String nickname;
  private boolean behind;
  private long dropped;

  ChatMember(ChatRoom room, Connection connection) {
    this.room = room;
    this.connection = connection;
    this.lines = new LineSplitter(room.maxLineBytes());
  }

  /** Null until it was given. */
  String nickname() {
    return nickname;
  }

  @Override
  public void onOpen(Connection c) {
    tell("* your nickname? " + NICKNAME_RULE);
  }

  @Override
  public void onData(Connection c, BufferLease data) {
    lines.accept(data, sink);
  }

  /** @return whether to go on with the lines received */
  private boolean said(ByteBuffer line) {
    if (nickname == null) {
      introduce(StandardCharsets.UTF_8.decode(line).toString().trim());
    } else if (startsWithSlash(line)) {
      return command(StandardCharsets.UTF_8.decode(line).toString().trim());
    } else if (line.hasRemaining()) {
      room.say(this, line);
    }
    return true;
  }

  private static boolean startsWithSlash(ByteBuffer line) {
    return line.hasRemaining() && line.get(line.position()) == '/';
  }

  private void introduce(String name) {
    if (!NICKNAME.matcher(name).matches()) {
      tell("* not a nickname: " + NICKNAME_RULE);
    } else if (!room.join(name, this)) {
      tell("* " + name + " is taken, choose another");
    } else {
      nickname = name;
      tell("* welcome, " + name + ". /who lists everybody, /quit leaves");
      room.announce("* " + name + " joined", this);
    }
  }

  private boolean command(String command) {
    switch (command) {
      case "/who" -> tell("* here: " + room.nicknames());
      case "/quit" -> {
        tell("* goodbye");
        connection.close();
        return false;
      }
      default -> tell("* unknown command " + command + "; there are /who and /quit");
    }
    return true;
  }

  private void tell(String text) {
    deliver(ByteBuffer.wrap((text + "\n").getBytes(StandardCharsets.UTF_8)));
  }

  /** Sends a message of the room, or counts it as dropped. */
  void deliver(ByteBuffer message) {
    if (!behind && dropped > 0) {
      tellMissed();
    }
    if (behind || !send(message)) {
      dropped++;
    }
  }

  private void tellMissed() {
    String text = "* you missed " + dropped + " messages: you read too slowly\n";
    if (send(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)))) {
      dropped = 0;
    }
  }

  /** @return whether the connection took it; false also when this loop has no memory left for more unsent data */
  private boolean send(ByteBuffer bytes) {
    SendResult result = connection.send(bytes);
    if (result == SendResult.SATURATED) {
      behind = true;
      connection.pauseReading();
    }
    return result.accepted();
  }

  @Override
  public void onWritable(Connection c) {
    behind = false;
    connection.resumeReading();
    if (dropped > 0) {
      tellMissed();
    }
  }

  @Override
  public void onClosed(Connection c, CloseReason reason) {
    room.left(this, c, reason);
  }
}

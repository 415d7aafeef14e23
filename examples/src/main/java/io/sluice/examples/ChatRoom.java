package io.sluice.examples;

import io.sluice.CloseReason;
import io.sluice.Connection;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** Who is there, and what everybody hears. Belongs to one event loop, so it needs no locks. */
final class ChatRoom {
  private final int maxLineBytes;
  private final PrintStream log;
  private final Map<String, ChatMember> members = new TreeMap<>();
  private final ByteBuffer message;

  /** @param log gets one line for everybody who leaves, with the typed reason */
  ChatRoom(int maxLineBytes, PrintStream log) {
    this.maxLineBytes = maxLineBytes;
    this.log = log;
    this.message = ByteBuffer.allocateDirect(maxLineBytes + 64);
  }

  int maxLineBytes() {
    return maxLineBytes;
  }

  String nicknames() {
    return String.join(" ", members.keySet());
  }

  /** @return false when somebody has that nickname */
  boolean join(String nickname, ChatMember member) {
    return members.putIfAbsent(nickname, member) == null;
  }

  /** Everybody else hears the line: encoded once, and copied only into the send queues. */
  void say(ChatMember speaker, ByteBuffer line) {
    message.clear();
    message.put(speaker.nickname().getBytes(StandardCharsets.US_ASCII)).put((byte) ':').put((byte) ' ');
    message.put(line).put((byte) '\n').flip();
    everybody(message, speaker);
  }

  void announce(String text, ChatMember except) {
    everybody(ByteBuffer.wrap((text + "\n").getBytes(StandardCharsets.UTF_8)), except);
  }

  private void everybody(ByteBuffer bytes, ChatMember except) {
    for (ChatMember member : members.values()) {
      if (member != except) {
        bytes.rewind();
        member.deliver(bytes);
      }
    }
  }

  void left(ChatMember member, Connection connection, CloseReason reason) {
    String nickname = member.nickname();
    log.println(
        (nickname == null ? "somebody without a nickname" : nickname) + " left: " + CloseReasons.line(reason)
            + " peer=" + connection.remoteAddress());
    if (nickname != null) {
      // Only this very member: the nickname may belong to a successor by now.
      members.remove(nickname, member);
      announce("* " + nickname + " left", member);
    }
  }
}
